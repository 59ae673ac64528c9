import type { MixRun } from './mixes-run.js';
import { median, type Share, shareOf } from './wilson.js';

export interface MixScores {
  readonly precision: Share;
  readonly recall: Share;
  /** Positives told before their first deadlock; one that never deadlocked in the run counts when it was told. */
  readonly warnedBeforeFirst: Share;
  /** Where no deadlock came, the time from the warning to the end of the run, which the true lead exceeds. */
  readonly medianLeadSeconds: number | null;
  readonly risksHappened: Share;
  readonly baselinePrecision: Share;
  readonly baselineRecall: Share;
}

export function scoresOf(runs: readonly MixRun[]): MixScores {
  const positives = runs.filter(({ truth }) => truth.length > 0);
  const warned = positives.flatMap((run) => {
    const at = run.told.find(({ pattern }) => run.truth.includes(pattern))?.atSeconds;
    const first = run.firstDeadlockSeconds;
    return at === undefined || (first !== null && at >= first) ? [] : [(first ?? run.seconds) - at];
  });
  const sum = (of: (run: MixRun) => number) => runs.reduce((total, run) => total + of(run), 0);
  const right = (patterns: (run: MixRun) => readonly string[]) =>
    sum((run) => patterns(run).filter((pattern) => run.truth.includes(pattern)).length);
  const ours = (run: MixRun) => run.told.map(({ pattern }) => pattern);
  const theirs = (run: MixRun) => [...new Set(run.baseline)];
  const truths = sum(({ truth }) => truth.length);
  return {
    precision: shareOf(
      right(ours),
      sum((run) => run.told.length),
    ),
    recall: shareOf(right(ours), truths),
    warnedBeforeFirst: shareOf(warned.length, positives.length),
    medianLeadSeconds: median(warned),
    risksHappened: shareOf(
      sum(({ risksHappened }) => risksHappened),
      sum(({ risks }) => risks),
    ),
    baselinePrecision: shareOf(
      right(theirs),
      sum((run) => theirs(run).length),
    ),
    baselineRecall: shareOf(right(theirs), truths),
  };
}
