import { expect, it } from 'vitest';
import { takingTurns } from '../../../src/collector/locks/taking-turns.js';
import type { Connection } from '../../../src/core/engine.js';

it('one round trip at a time, in order, and a failed one does not keep the next', async () => {
  let running = 0;
  const order: string[] = [];
  const connection = {
    async query({ probe }: { readonly probe: string }) {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, probe === 'slow' ? 20 : 1));
      running -= 1;
      order.push(probe);
      if (probe === 'broken') throw new Error('broken');
      return [{ probe }];
    },
  } as unknown as Connection;
  const turns = takingTurns(connection);
  const ask = (probe: string) =>
    turns.query({ probe, file: '', since: 0, sql: '' }, [], {
      signal: new AbortController().signal,
      deadlineMs: 1,
    });
  const answers = await Promise.allSettled(['slow', 'broken', 'quick'].map(ask));
  expect(order).toEqual(['slow', 'broken', 'quick']);
  expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
