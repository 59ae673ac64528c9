/** What stands for "unknown": never 0. */
export const UNKNOWN = '–';

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

export function formatMs(ms: number | null): string {
  if (ms === null) return UNKNOWN;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1000) return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
  return formatSeconds(ms / 1000);
}

export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3600)
    return `${Math.floor(seconds / 60)}m${String(Math.round(seconds % 60)).padStart(2, '0')}`;
  return seconds < 86_400 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
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
