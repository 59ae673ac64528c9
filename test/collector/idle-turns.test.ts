import { expect, it } from 'vitest';
import { IdleTurns } from '../../src/collector/idle-turns.js';
import type { SessionRow } from '../../src/core/session.js';

const idle = (id: string) => ({ id, state: 'idle' }) as SessionRow;
const active = (id: string) => ({ id, state: 'active' }) as SessionRow;
const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

it('stores a session that has just become idle, and then at each tenth tick', () => {
  const turns = new IdleTurns();
  expect(ids(turns.select([active('1')]))).toEqual(['1']);
  expect(ids(turns.select([idle('1')]))).toEqual(['1']);
  const stored = Array.from({ length: 21 }, () => turns.select([idle('1')]).length);
  expect(stored.reduce((sum, each) => sum + each, 0)).toBe(3);
  turns.select([active('1')]);
  expect(ids(turns.select([idle('1')]))).toEqual(['1']);
});

it('spreads many idle sessions over the ticks, and leaves none out for more than ten', () => {
  const turns = new IdleTurns();
  const sessions = Array.from({ length: 200 }, (_, index) => idle(String(index)));
  expect(turns.select(sessions)).toHaveLength(200);
  const last = new Map<string, number>(ids(sessions).map((id) => [id, 0]));
  for (let tick = 1; tick <= 40; tick += 1) {
    // Sessions come and go before it in the list: its turn is its own, not its place's.
    const rows = turns.select(sessions.slice(tick % 7));
    expect(rows.length).toBeLessThanOrEqual(40);
    for (const { id } of rows) {
      expect(tick - (last.get(id) ?? 0)).toBeLessThanOrEqual(10);
      last.set(id, tick);
    }
  }
  expect([...last.values()].slice(7).every((tick) => tick > 30)).toBe(true);
});

it('forgets a session that has ended', () => {
  const turns = new IdleTurns();
  turns.select([idle('1')]);
  turns.select([]);
  expect(ids(turns.select([idle('1')]))).toEqual(['1']);
});
