/** Every round trip to a server has one of these limits, ms. */
export const DEADLINES = {
  connect: 5_000,
  /** A snapshot later than this describes another second: the tick is given up. */
  snapshot: 3_000,
  slowLane: 5_000,
  texts: 2_000,
  /** A snapshot of the locks later than this is of no use to anybody. */
  locks: 2_000,
} as const;

export const TICK_MS = 1_000;
/** While somebody waits for a lock the locks are read this often. */
export const LOCKS_EVERY_MS = 150;
/** Ledger rows are closed and server counters read this often. */
export const COUNTERS_EVERY_MS = 10_000;
/** Digest counters are read at least this often, each tick while that stays cheap. */
export const DIGESTS_EVERY_MS = 60_000;
/** Idle sessions are read and stored at this fraction of the rate. */
export const IDLE_EVERY_TICKS = 10;

/** Whether a lane's time has come, by the wall clock; one that stepped either way must not keep it waiting. */
export function due(nowMs: number, lastMs: number, everyMs: number): boolean {
  return Math.abs(nowMs - lastMs) >= everyMs;
}
