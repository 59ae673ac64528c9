/** What stands for "unknown": never 0. */
export const UNKNOWN = '–';

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

export function formatMs(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 0.995) return `${ms.toFixed(2)} ms`;
  if (ms < 999.5) return `${oneDigit(ms)} ms`;
  return formatSeconds(ms / 1000);
}

export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 59.5) return `${oneDigit(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}`;
  return seconds < 86_400 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

/** Limits are those of what is printed: 9.96 is 10, not 10.0. */
function oneDigit(value: number): string {
  return value < 9.95 ? value.toFixed(1) : String(Math.round(value));
}

/** 0 to 1 as percent. */
export function formatShare(share: number | null): string {
  return share === null ? UNKNOWN : formatPercent(share * 100);
}

export function formatPercent(percent: number | null): string {
  if (percent === null) return UNKNOWN;
  return percent > 0 && percent < 9.95 ? percent.toFixed(1) : String(Math.round(percent));
}

export function formatCount(count: number | null): string {
  if (count === null) return UNKNOWN;
  if (count < 10_000) return String(Math.round(count));
  return count < 1e6
    ? `${(count / 1e3).toFixed(1)}k`
    : count < 1e9
      ? `${(count / 1e6).toFixed(1)}M`
      : `${(count / 1e9).toFixed(1)}G`;
}
