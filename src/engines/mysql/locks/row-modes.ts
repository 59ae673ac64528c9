/**
 * Whether a request for a record or table lock waits for another one, held or asked for before it: InnoDB's rules
 * (lock_rec_has_to_wait and the matrix of table modes in storage/innobase/lock/lock0lock.cc), from the mode as
 * data_locks prints it: `X,REC_NOT_GAP`, `S`, `X,GAP,INSERT_INTENTION`, `IX`, `AUTO_INC`.
 */
export function requestWaits(requested: string, other: string, type: string | null): boolean {
  const [mine = '', ...myFlags] = requested.split(',');
  const [theirs = '', ...theirFlags] = other.split(',');
  if (!(CONFLICTS[mine] ?? '').split(' ').includes(theirs)) return false;
  if (type === 'TABLE') return true;
  const gap = myFlags.includes('GAP');
  const insert = myFlags.includes('INSERT_INTENTION') || gap;
  if (theirFlags.includes('INSERT_INTENTION')) return false;
  if (!insert && theirFlags.includes('GAP')) return false;
  return !(insert && theirFlags.includes('REC_NOT_GAP'));
}

/** The mode of one who waits: a lock of the gap alone waits for nobody, so it is an insert intention, whatever is printed. */
export function waitingMode(mode: string, rowId: string | null): string {
  return mode.includes('INSERT_INTENTION') || !isGap(mode, rowId) ? mode : `${mode},INSERT_INTENTION`;
}

/** A lock on what lies between records. */
export function isGap(mode: string | null, rowId: string | null): boolean {
  return rowId === 'supremum' || /GAP(,|$)/.test((mode ?? '').replace('REC_NOT_GAP', ''));
}

const CONFLICTS: Readonly<Record<string, string>> = {
  S: 'IX X AUTO_INC',
  X: 'IS IX S X AUTO_INC',
  IS: 'X',
  IX: 'S X',
  AUTO_INC: 'S X AUTO_INC',
};
