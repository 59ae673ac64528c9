import type { LockResource } from './locks.js';

/** What a lock is on, for a person: `row (0,5) of public.orders`, `table public.orders`, `advisory lock 5:7:2`. */
export function resourceText({ key, kind, relation, index, row }: LockResource): string {
  const where = relation ?? 'an unknown table';
  const bare = key.slice(key.indexOf(':') + 1);
  // A hash of column values: its beginning tells rows apart.
  const which = row === null ? '?' : /^[0-9a-f]{16}$/.test(row) ? row.slice(0, 8) : row;
  switch (kind) {
    case 'row':
      return `row ${which} of ${index === null ? where : `${where}, index ${index}`}`;
    case 'gap':
      return `gap before ${which} in ${index === null ? where : `${where}, index ${index}`}`;
    case 'table':
      return `table ${where}`;
    case 'page':
      return `a page of ${where}`;
    case 'extend':
      return `extension of ${where}`;
    case 'metadata':
      return relation === null ? `metadata ${bare}` : `metadata of ${relation}`;
    case 'transaction':
      return relation === null
        ? `end of transaction ${bare}`
        : `a row of ${relation} (end of transaction ${bare})`;
    case 'advisory':
      return `advisory lock ${bare}`;
    default:
      return relation ?? bare;
  }
}

/**
 * How strong a mode is, 1 (shared with nearly everything) to 8 (with nothing); 0 for what never blocks. PostgreSQL's
 * eight table modes in their order; MySQL's metadata and InnoDB's row modes by what they keep out.
 */
export function modeStrength(mode: string): number {
  const known = STRENGTH[mode];
  if (known !== undefined) return known;
  const [first = ''] = mode.replace(/^MDL_/, '').split(',');
  return STRENGTH[first] ?? 3;
}

const STRENGTH: Readonly<Record<string, number>> = {
  SIReadLock: 0,
  AccessShareLock: 1,
  RowShareLock: 2,
  RowExclusiveLock: 3,
  ShareUpdateExclusiveLock: 4,
  ShareLock: 5,
  ShareRowExclusiveLock: 6,
  ExclusiveLock: 7,
  AccessExclusiveLock: 8,
  INTENTION_EXCLUSIVE: 1,
  SHARED: 1,
  SHARED_HIGH_PRIO: 1,
  SHARED_READ: 1,
  SHARED_WRITE: 3,
  SHARED_WRITE_LOW_PRIO: 3,
  SHARED_UPGRADABLE: 4,
  SHARED_READ_ONLY: 5,
  SHARED_NO_WRITE: 6,
  SHARED_NO_READ_WRITE: 7,
  EXCLUSIVE: 8,
  IS: 1,
  IX: 3,
  S: 5,
  AUTO_INC: 6,
  X: 7,
};

const STATES: Readonly<Record<string, string>> = {
  idleInTransaction: 'idle in transaction',
  idleInTransactionAborted: 'idle in a failed transaction',
};

export function stateText(state: string): string {
  return STATES[state] ?? state;
}
