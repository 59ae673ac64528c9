import { describe, expect, it } from 'vitest';
import { formatBytes, formatMs, formatSeconds } from '../../src/render/format.js';

describe('numbers at the limits of their units', () => {
  it.each([
    [0.994, '0.99 ms'],
    [0.996, '1.0 ms'],
    [9.94, '9.9 ms'],
    [9.96, '10 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_600, '1m00'],
  ])('%f ms is %s', (ms, text) => expect(formatMs(ms)).toBe(text));

  it.each([
    [9.96, '10 s'],
    [59.4, '59 s'],
    [119.7, '2m00'],
    [3599.6, '1.0 h'],
  ])('%f s is %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

  it.each([
    [1023, '1023 B'],
    [99.97 * 1024, '100 KB'],
    [1023.6 * 1024, '1.0 MB'],
  ])('%f bytes is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
