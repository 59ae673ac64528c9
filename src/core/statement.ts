/** Digest of what the server counts together because its table of statements is full. */
export const OVERFLOW_DIGEST = 'overflow';

/** A statement's identity and text, stored once. */
export interface StatementText {
  /** Stable id of (instance, digest): see core/ids. */
  readonly statementId: string;
  readonly instance: string;
  readonly digest: string;
  /** The digest it is folded into: another only where the server has none and ours was of the raw text. */
  readonly canonicalDigest: string;
  /** Normalised: literals replaced, control characters removed, bounded length. Null while unknown. */
  readonly text: string | null;
  /** First keyword in upper case (SELECT, UPDATE, …), null where the text is unknown. */
  readonly command: string | null;
  /** Where the text came from; `monitor`: it is one of our own statements. */
  readonly source: 'server-digest' | 'sampled' | 'monitor';
  /** The server had already cut the text. */
  readonly truncated: boolean;
}

/** Cumulative counters of one digest as the server keeps them. Null: this version does not count it. */
export interface StatementCounters {
  readonly digest: string;
  readonly database: string | null;
  readonly user: string | null;
  /** Called at top level (PostgreSQL `toplevel`); nested calls are inside their caller's time. */
  readonly topLevel: boolean;
  readonly calls: number;
  readonly rows: number;
  readonly execMs: number;
  /** execMs has the commit in it where a statement is a transaction of its own. */
  readonly commitTimed: boolean;
  readonly planMs: number | null;
  /** Time the server spent in block reads and writes; null unless it measures I/O times (track_io_timing). */
  readonly ioMs: number | null;
  readonly sharedHitBytes: number | null;
  readonly sharedReadBytes: number | null;
  readonly sharedWrittenBytes: number | null;
  readonly tempReadBytes: number | null;
  readonly tempWrittenBytes: number | null;
  readonly walBytes: number | null;
}

/** What a digest did between two readings: StatementCounters as differences. */
export interface StatementDelta extends StatementCounters {
  readonly fromMs: number;
  readonly toMs: number;
}
