import type { LockResource, LockRow } from '../../../core/locks.js';

/**
 * What a lock is on, as far as the order of locks goes: a relation (its rows and itself), the metadata of one, or a thing
 * that is known exactly (an advisory key, an object). Rows are many and their names do not last; their relation does.
 */
export type LockClass = string;

/** `shared`: others may hold the same; `exclusive`: not. */
export type Strength = 'shared' | 'exclusive';

/** Null: on no relation that the server names (the end of a transaction), or of no weight. */
export function classOf({ kind, key, relation }: LockResource): LockClass | null {
  switch (kind) {
    case 'metadata':
      return relation === null ? key : `metadata ${relation}`;
    case 'row':
    case 'gap':
    case 'table':
    case 'page':
    case 'transaction':
      return relation;
    case 'extend':
      return null;
    default:
      return key;
  }
}

/** The classes that a held lock counts for; those that a plain read takes count for nothing. */
export function heldClasses({ resource, mode }: LockRow): readonly (readonly [LockClass, Strength])[] {
  const { kind, relation } = resource;
  const strength = strengthOf(mode);
  if (kind === 'metadata' && relation !== null) {
    const own = [`metadata ${relation}`, METADATA_STRONG.test(mode) ? 'exclusive' : 'shared'] as const;
    return strength === null || METADATA_STRONG.test(mode) ? [own] : [own, [relation, strength]];
  }
  // PostgreSQL: a granted lock on a tuple, or on the own transaction, belongs to the wait or is everybody's.
  if (kind === 'transaction' || kind === 'extend') return [];
  const name = classOf(resource);
  return name === null || strength === null ? [] : [[name, strength]];
}

const METADATA_STRONG = /EXCLUSIVE|NO_WRITE|NO_READ_WRITE/;

/** Null for plain reads, which no writer of rows waits for. */
function strengthOf(mode: string): Strength | null {
  if (/^(AccessShareLock|SIReadLock|IS|SHARED|SHARED_READ|SHARED_HIGH_PRIO|INTENTION_EXCLUSIVE)$/.test(mode))
    return null;
  return /^(RowShareLock|ShareLock|S\b|SHARED_READ_ONLY|SHARED_UPGRADABLE)/.test(mode)
    ? 'shared'
    : 'exclusive';
}

/** InnoDB: a gap lock excludes nobody but those who would insert there. */
export function isGapOnly(mode: string): boolean {
  return mode.includes('GAP') && !mode.includes('REC_NOT_GAP') && !mode.includes('INSERT_INTENTION');
}

export function isInsertIntention(mode: string): boolean {
  return mode.includes('INSERT_INTENTION');
}
