/**
 * Lock modes and which of them exclude each other: the manual's "Conflicting Lock Modes". Tuple, advisory,
 * transaction and all other locks of the lock manager use the same table.
 */
const MODES = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;

/** Row: a mode; column: 1 where the two exclude each other. Same order as above. */
const CONFLICTS = [
  '00000001',
  '00000011',
  '00001111',
  '00011111',
  '00110111',
  '00111111',
  '01111111',
  '11111111',
];

const MASKS = new Map<string, number>(
  MODES.map((mode, row) => [
    mode,
    [...(CONFLICTS[row] as string)].reduce((mask, bit, column) => mask | (Number(bit) << column), 0),
  ]),
);

/** A set of modes as bits. An unknown mode is in no set. */
export function modeBit(mode: string): number {
  const index = (MODES as readonly string[]).indexOf(mode);
  return index < 0 ? 0 : 1 << index;
}

/** The modes that exclude this one, as bits; an unknown mode excludes nothing. */
export function conflictsOf(mode: string): number {
  return MASKS.get(mode) ?? 0;
}
