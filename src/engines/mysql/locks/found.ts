import type { LockEdge, LockRow } from '../../../core/locks.js';
import type { LockColumns } from './rows.js';

/** Edges and locks of one kind of lock. */
export interface Found {
  readonly edges: readonly LockEdge[];
  readonly locks: readonly LockRow[];
}

/**
 * No two of the views are read in one moment (MySQL's manual: "not a consistent snapshot"), but one statement reads them
 * within about 10 ms: an edge whose both sides agree is hardly ever wrong.
 */
export const AGREED = 0.95;
/** The waiter's lock was gone from the second view, or a group's holders were read for another of its waiters. */
export const PARTLY = 0.8;
/** Who stands before whom is told by times. */
export const ORDERED = 0.9;

/** Sessions by id. */
export type SessionIndex = ReadonlyMap<string, LockColumns>;
