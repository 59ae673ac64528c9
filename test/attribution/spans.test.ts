import { expect, it } from 'vitest';
import { Spans } from '../../src/attribution/spans.js';
import { session } from './rows.js';

/** Seen running at 1,000 since `startedAtMs`; what one tick later says of its duration. */
const endOf = (startedAtMs: number, later: Parameters<typeof session>[1]) => {
  const spans = new Spans();
  spans.observe('1', session(1, { statementStartedAtMs: startedAtMs }), 1_000, 1_000);
  spans.endTick();
  return spans.observe('1', session(1, later), 2_000, 1_000).ended?.durationMs;
};

it('is exact when the session has done nothing since', () => {
  expect(endOf(990, { state: 'idle', statementStartedAtMs: 990, stateChangedAtMs: 1_700 })).toBe(710);
});

it('a short execution is not given the tick to the next one that was seen', () => {
  expect(endOf(999, { statementStartedAtMs: 1_998 })).toBe(2);
  // Idle again after others that nobody saw.
  expect(endOf(999, { state: 'idle', statementStartedAtMs: 1_990, stateChangedAtMs: 1_991 })).toBe(2);
  // A server that says of an idle session only since when it is.
  expect(endOf(999, { state: 'idle', statementStartedAtMs: null, stateChangedAtMs: 1_991 })).toBe(2);
});

it('a long one did not outlive what came after it', () => {
  expect(endOf(-4_000, { statementStartedAtMs: 1_500 })).toBe(5_500);
});

it('one that still runs has not ended', () => {
  expect(endOf(990, { statementStartedAtMs: 990 })).toBeUndefined();
});
