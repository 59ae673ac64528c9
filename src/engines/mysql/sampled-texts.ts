import { createHash } from 'node:crypto';
import { dropFirst } from '../../core/drop-first.js';
import type { InstanceFacts } from '../../core/facts.js';
import { normaliseStatement } from './normalise.js';

const MOST_TEXTS = 5_000;
/** The digest table has 10,000 entries by default. */
const MOST_RAW = 12_000;

interface Sampled {
  /** Normalised texts by our digest. */
  readonly texts: Map<string, string>;
  /** Our digest by the server's, else by the raw text, which is the same again and again with prepared statements. */
  readonly raw: Map<string, string>;
}

/** By connection: facts live as long as one does. */
const SAMPLED = new WeakMap<InstanceFacts, Sampled>();

/**
 * Our digest of a text seen in a session or in the server's digest table, there with the server's digest as `key`; the
 * text is kept for statementTexts.
 */
export function sampledDigest(facts: InstanceFacts, sql: string, key = rawKeyOf(sql)): string {
  const sampled = of(facts);
  const known = sampled.raw.get(key);
  if (known !== undefined) return known;
  const { digest, text } = normaliseStatement(sql);
  keep(sampled.texts, digest, text, MOST_TEXTS);
  keep(sampled.raw, key, digest, MOST_RAW);
  return digest;
}

/** Long texts are hashed: a key is kept for minutes. */
function rawKeyOf(sql: string): string {
  return sql.length < 64 ? sql : createHash('sha1').update(sql).digest('base64');
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
  map.set(key, value);
  dropFirst(map, most);
}
