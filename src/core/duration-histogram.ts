/**
 * Durations in powers of two: bucket 0 is below 1 ms, bucket i covers [2^(i-1), 2^i) ms, the last is open.
 * 24 buckets reach 70 minutes; a quantile read from it is right within a factor of 2, interpolated within the bucket.
 */
export const DURATION_BUCKETS = 24;

export function durationBucket(durationMs: number): number {
  if (!(durationMs >= 1)) return 0;
  return Math.min(DURATION_BUCKETS - 1, Math.floor(Math.log2(durationMs)) + 1);
}

/** Quantile of a histogram, ms; null when it is empty. */
export function durationQuantile(counts: readonly number[], quantile: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let rank = quantile * total;
  for (const [bucket, count] of counts.entries()) {
    if (rank <= count && count > 0) return interpolate(bucket, rank / count);
    rank -= count;
  }
  return interpolate(DURATION_BUCKETS - 1, 1);
}

function interpolate(bucket: number, share: number): number {
  const low = bucket === 0 ? 0 : 2 ** (bucket - 1);
  return low + (2 ** bucket - low) * share;
}
