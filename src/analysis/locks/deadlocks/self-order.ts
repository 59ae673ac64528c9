/**
 * Does a transaction that takes two locks of one class take them in an order that all agree on? Rows of PostgreSQL have
 * no lasting name, so the keys are not seen; but how often a waiter is at its first and how often at its later lock,
 * while the holder has only its first, tells: for two keys drawn alike and then sorted, the first lock of one meets the
 * first of the other at least twice as often as the second does (f1, f2 the densities of the smaller and the larger
 * key: the integrals of f1·f1 and f1·f2 are as 2 to 1 for uniform keys); unsorted, equally often. Where the first lock
 * is shared and the later one is not (an upgrade), first meets first never.
 */
export interface MeetingCounts {
  /** Waits of a first lock for a holder that has only its first. */
  readonly firstOnFirst: number;
  /** Waits of a later lock for such a holder. */
  readonly laterOnFirst: number;
}

const UPGRADE_SHARE = 0.97;
const HYPOTHESES = [
  { unordered: false, prior: 0.5, laterShare: 1 / 3 },
  { unordered: true, prior: 0.35, laterShare: 1 / 2 },
  { unordered: true, prior: 0.15, laterShare: UPGRADE_SHARE },
] as const;

/** That there is no agreed order, 0 to 1. `oneStatement`: both locks are taken by the same, so that it is no upgrade. */
export function unorderedProbability(
  { firstOnFirst, laterOnFirst }: MeetingCounts,
  oneStatement: boolean,
): number {
  if (laterOnFirst === 0) return 0;
  const possible = HYPOTHESES.filter(({ laterShare }) => !oneStatement || laterShare !== UPGRADE_SHARE);
  const weights = possible.map(({ unordered, prior, laterShare }) => ({
    unordered,
    log: Math.log(prior) + firstOnFirst * Math.log(1 - laterShare) + laterOnFirst * Math.log(laterShare),
  }));
  const highest = Math.max(...weights.map(({ log }) => log));
  const sum = (list: typeof weights) => list.reduce((total, { log }) => total + Math.exp(log - highest), 0);
  return sum(weights.filter(({ unordered }) => unordered)) / sum(weights);
}
