import type { DeadlockScores } from '../../../../core/deadlock-report.js';
import type { DeadlockRecord } from '../../../../core/lock-samples.js';

/** From here on a prediction says "it will", below "it may", which only the Brier score judges. */
const SAYS_YES = 0.5;

export function scoresOf(
  happened: readonly DeadlockRecord[],
  predictions: readonly DeadlockRecord[],
  foretold: ReadonlyMap<string, number | null>,
): DeadlockScores {
  const closed = predictions.filter(({ outcome }) => outcome !== null);
  const said = closed.filter(({ probability }) => probability >= SAYS_YES);
  const cameTrue = said.filter(({ outcome }) => outcome === 'happened').length;
  const leads = happened.flatMap(({ deadlockId, atMs }) => {
    const at = foretold.get(deadlockId) ?? null;
    return at === null ? [] : [(atMs - at) / 1000];
  });
  return {
    happened: happened.length,
    foretold: leads.length,
    closed: said.length,
    cameTrue,
    precision: said.length === 0 ? null : cameTrue / said.length,
    recall: happened.length === 0 ? null : leads.length / happened.length,
    brier:
      closed.length === 0 ? null : closed.reduce((sum, each) => sum + squaredError(each), 0) / closed.length,
    medianLeadSeconds: median(leads),
  };
}

function squaredError({ probability, outcome }: DeadlockRecord): number {
  return (probability - (outcome === 'happened' ? 1 : 0)) ** 2;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return null;
  const [below, above] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]] as [number, number];
  return (below + above) / 2;
}
