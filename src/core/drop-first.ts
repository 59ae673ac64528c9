/** Keeps a map at `most` entries, one more at a time: the one that was set first goes. */
export function dropFirst<Key>(map: Map<Key, unknown>, most: number): void {
  if (map.size > most) map.delete(map.keys().next().value as Key);
}
