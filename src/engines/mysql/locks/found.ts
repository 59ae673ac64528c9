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

/** Beyond this many holders the waiter in front stands for them, or edges would be waiters times holders. */
const MOST_HOLDERS = 8;

/** Where a waiter stands: the holders that exclude it, and whether nothing else keeps it waiting. */
export interface Place {
  readonly id: string;
  readonly hard: readonly string[];
  readonly byHolders: boolean;
}

/** `before`: the nearest waiter in front that is waited for too. What of it needs an edge, as core/locks.ts has it. */
export function reduced(
  hard: readonly string[],
  before: Place | null,
): { readonly soft: boolean; readonly behindId: string | null; readonly stands: boolean } {
  if (before === null) return { soft: false, behindId: null, stands: false };
  if (hard.length === 0 || !before.byHolders || !covers(hard, before.hard))
    return { soft: true, behindId: null, stands: false };
  return hard.length > MOST_HOLDERS && covers(before.hard, hard)
    ? { soft: true, behindId: null, stands: true }
    : { soft: false, behindId: before.id, stands: false };
}

function covers(all: readonly string[], some: readonly string[]): boolean {
  return some.every((id) => all.includes(id));
}
