/**
 * `date_part('epoch', …) * 1000` as the microseconds that it came from: one time is one number, whichever of the
 * queries told it.
 */
export function exactMs(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1000) / 1000;
}
