import type { InstanceFacts } from '../../core/facts.js';
import { normaliseStatement } from './normalise.js';

const MOST_TEXTS = 5_000;
const MOST_RAW = 2_000;

interface Sampled {
  /** Normalised texts by our digest. */
  readonly texts: Map<string, string>;
  /** Digest by the raw text, which is the same again and again with prepared statements. */
  readonly raw: Map<string, string>;
}

/** By connection: facts live as long as one does. */
const SAMPLED = new WeakMap<InstanceFacts, Sampled>();

/** Our digest of a text seen in a session or in the server's digest table; the text is kept for statementTexts. */
export function sampledDigest(facts: InstanceFacts, sql: string): string {
  const sampled = of(facts);
  const known = sampled.raw.get(sql);
  if (known !== undefined) return known;
  const { digest, text } = normaliseStatement(sql);
  keep(sampled.texts, digest, text, MOST_TEXTS);
  keep(sampled.raw, sql, digest, MOST_RAW);
  return digest;
}

export function sampledText(facts: InstanceFacts, digest: string): string | null {
  return of(facts).texts.get(digest) ?? null;
}

function of(facts: InstanceFacts): Sampled {
  const known = SAMPLED.get(facts) ?? { texts: new Map(), raw: new Map() };
  SAMPLED.set(facts, known);
  return known;
}

function keep(map: Map<string, string>, key: string, value: string, most: number): void {
  if (map.size >= most) map.delete(map.keys().next().value as string);
  map.set(key, value);
}
