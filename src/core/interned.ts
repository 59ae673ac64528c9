/** Shared by all instances: they have the same states, events and many of the same names. */
const known = new Map<string, string>();
/** Ids of sessions and digests come and go. */
const MOST_WORDS = 50_000;

/** One string for all that are equal, made anew so that it holds nothing of the longer text it was cut from. */
export function interned(word: string): string {
  const same = known.get(word);
  if (same !== undefined) return same;
  if (known.size >= MOST_WORDS) known.clear();
  const own = Buffer.from(word).toString();
  known.set(own, own);
  return own;
}
