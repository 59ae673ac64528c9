/** Four neighbouring blocks of a run; the value is what was done in a second. */
export interface Quad {
  /** True: without, with, with, without; false: the reverse. */
  readonly watchedInside: boolean;
  readonly perSecond: readonly [number, number, number, number];
}

/** Median change in percent with a 95 % interval (percentile bootstrap): one second of a checkpoint must not decide. */
export interface Change {
  readonly medianPercent: number;
  readonly lowPercent: number;
  readonly highPercent: number;
  readonly pairs: number;
}

/** Change by what was switched on. Both orders in each quad: a drift that goes on through it cancels. */
export function effectOf(quads: readonly Quad[], random = Math.random): Change {
  return change(
    quads.flatMap(({ watchedInside, perSecond: [a, b, c, d] }) =>
      watchedInside ? [b / a, c / d] : [a / b, d / c],
    ),
    quads.length,
    random,
  );
}

/** Change between neighbours of the same kind: what such a pair shows where nothing was switched. */
export function floorOf(quads: readonly Quad[], random = Math.random): Change {
  return change(
    quads.map(({ perSecond: [, b, c] }) => b / c),
    quads.length,
    random,
  );
}

const RESAMPLES = 4_000;

/** Resamples whole groups: the pairs of one quad share their second. */
function change(ratios: readonly number[], groups: number, random: () => number): Change {
  const size = ratios.length / groups;
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(
      Array.from({ length: groups }, () => Math.floor(random() * groups) * size).flatMap((at) =>
        ratios.slice(at, at + size),
      ),
    ),
  ).sort((a, b) => a - b);
  const at = (share: number) => percent(medians[Math.floor(share * (RESAMPLES - 1))] as number);
  return {
    medianPercent: percent(median(ratios)),
    lowPercent: at(0.025),
    highPercent: at(0.975),
    pairs: ratios.length,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

function percent(ratio: number): number {
  return Math.round(10_000 * (ratio - 1)) / 100;
}
