import { DbvitalsError } from '../core/errors.js';

const MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  tb: 1024 ** 4,
};

/** `500ms`, `30s`, `15m`, `1h`, `7d` as milliseconds. Throws USAGE. */
export function parseDuration(text: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d|w)\s*$/.exec(text) ?? [];
  if (number === undefined || unit === undefined)
    throw badValue(text, 'a duration such as 30s, 15m, 1h or 7d');
  return Number(number) * (MS[unit] as number);
}

/** `512MB`, `4GB` as bytes (binary). Throws USAGE. */
export function parseSize(text: string): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?b)\s*$/i.exec(text) ?? [];
  if (number === undefined || unit === undefined) throw badValue(text, 'a size such as 512MB or 4GB');
  return Number(number) * (BYTES[unit.toLowerCase()] as number);
}

/** A duration back from `nowMs`, or ISO 8601, as milliseconds since the epoch. Throws USAGE. */
export function parseTime(text: string, nowMs: number): number {
  if (/^\s*\d+(\.\d+)?\s*[a-z]+\s*$/i.test(text)) return nowMs - parseDuration(text);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw badValue(text, 'a time such as 1h, 30m, 7d or 2026-01-31T10:00:00Z');
  return ms;
}

function badValue(text: string, expected: string): DbvitalsError {
  return new DbvitalsError('USAGE', `"${text.slice(0, 40)}" is not ${expected}`);
}
