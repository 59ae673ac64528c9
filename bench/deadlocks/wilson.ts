/** A share with its 95 % interval (Wilson). */
export interface Share {
  readonly hits: number;
  readonly of: number;
  readonly share: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

const Z = 1.96;

export function shareOf(hits: number, of: number): Share {
  if (of === 0) return { hits, of, share: null, low: null, high: null };
  const p = hits / of;
  const centre = p + Z ** 2 / (2 * of);
  const half = Z * Math.sqrt((p * (1 - p)) / of + Z ** 2 / (4 * of ** 2));
  const round = (value: number) => Number(Math.min(1, Math.max(0, value / (1 + Z ** 2 / of))).toFixed(3));
  return { hits, of, share: Number(p.toFixed(3)), low: round(centre - half), high: round(centre + half) };
}

export function shareText({ hits, of, share, low, high }: Share): string {
  return share === null ? '–' : `${hits}/${of} (${low}–${high})`;
}

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? null : (sorted[Math.floor(sorted.length / 2)] ?? null);
}
