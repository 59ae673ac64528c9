/** Maps and sets as JSON has them, at any depth; all else as it is. */
export function packed(value: unknown): unknown {
  if (value instanceof Map) return { map: [...value].map(packed) };
  if (value instanceof Set) return { set: [...value].map(packed) };
  if (Array.isArray(value)) return value.map(packed);
  if (typeof value !== 'object' || value === null) return value;
  return { object: Object.entries(value).map(([name, each]) => [name, packed(each)]) };
}

export function unpacked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpacked);
  if (typeof value !== 'object' || value === null) return value;
  const { map, set, object } = value as Record<string, readonly unknown[] | undefined>;
  if (map !== undefined) return new Map(unpacked(map) as [unknown, unknown][]);
  if (set !== undefined) return new Set(unpacked(set) as unknown[]);
  return Object.fromEntries(unpacked(object) as [string, unknown][]);
}

/** Puts what was kept into what is there. */
export function refill<K, V>(to: Map<K, V>, from: ReadonlyMap<K, V>): void {
  for (const [key, value] of from) to.set(key, value);
}
