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

/** `laterShare`: of waits for a holder that has only its first lock, those at a later lock. */
interface Hypothesis {
  readonly unordered: boolean;
  readonly prior: number;
  readonly laterShare: number;
}

const ORDERED_SHARE = 1 / 3;
/** One statement for both locks: programs that sort their keys are as common as those that do not. */
const ONE_STATEMENT: readonly Hypothesis[] = [
  { unordered: false, prior: 0.55, laterShare: ORDERED_SHARE },
  { unordered: true, prior: 0.45, laterShare: 1 / 2 },
];
/**
 * Two statements, always in this order: who sorts keys would run them in either order, so that sorted keys are rare
 * once their keys are seen to meet. An upgrade is no order of keys: first never meets first.
 */
const TWO_STATEMENTS: readonly Hypothesis[] = [
  { unordered: false, prior: 0.1, laterShare: ORDERED_SHARE },
  { unordered: true, prior: 0.63, laterShare: 1 / 2 },
  { unordered: true, prior: 0.27, laterShare: 0.97 },
];

/** That there is no agreed order, 0 to 1. */
export function unorderedProbability(counts: MeetingCounts, oneStatement: boolean): number {
  const { firstOnFirst, laterOnFirst } = counts;
  if (laterOnFirst === 0) return 0;
  const weights = (oneStatement ? ONE_STATEMENT : TWO_STATEMENTS).map(({ unordered, prior, laterShare }) => ({
    unordered,
    log: Math.log(prior) + firstOnFirst * Math.log(1 - laterShare) + laterOnFirst * Math.log(laterShare),
  }));
  const highest = Math.max(...weights.map(({ log }) => log));
  const sum = (list: typeof weights) => list.reduce((total, { log }) => total + Math.exp(log - highest), 0);
  return sum(weights.filter(({ unordered }) => unordered)) / sum(weights);
}
