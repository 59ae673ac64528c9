import { describe, expect, it } from 'vitest';
import { createAttributor } from '../../src/attribution/index.js';
import type { AttributionTick, UsageEntry } from '../../src/core/usage.js';
import { cost, session, tick } from './rows.js';

const worker = session(9, { kind: 'storage', backendType: 'io worker', digest: null, state: 'background' });
const read = (bytes: number) => cost(bytes, { readBytes: bytes, readCharBytes: bytes });
const readsOf = (rows: readonly UsageEntry[]) =>
  Object.fromEntries(
    rows
      .filter(({ readBytes }) => readBytes)
      .map((row) => [row.backendType ?? row.clientAddress ?? row.kind, row.readBytes]),
  );
/** Two clients, a session each; `more` says what the tick brings. */
const at = (n: number, more: Partial<AttributionTick>, sessions = [client('a', 1), client('b', 2)]) =>
  tick(n * 1000, { sessions: [...sessions, worker], ioInFlight: new Map(), ...more });
const client = (address: string, id: number, more = {}) =>
  session(id, { clientAddress: address, digest: address, ...more });
const told = (one: number, two: number) =>
  new Map(
    [
      ['1', one],
      ['2', two],
    ].map(([id, bytes]) => [String(id), Number(bytes)]),
  );

describe('what io workers read', () => {
  it('goes by the server’s own count, whatever was seen under way', () => {
    const ledger = createAttributor({ instance: 'x' });
    ledger.tick(at(0, { sessionReads: told(1000, 1000) }));
    ledger.tick(at(1, { processes: new Map([[9, read(500)]]), ioInFlight: new Map([['1', 1 << 20]]) }));
    ledger.tick(at(2, { sessionReads: told(1100, 1400) }));
    expect(readsOf(ledger.drain(3000))).toEqual({ a: 100, b: 400 });
  });

  it('leaves out what a session read by itself', () => {
    const ledger = createAttributor({ instance: 'x' });
    ledger.tick(at(0, { sessionReads: told(0, 0) }));
    ledger.tick(
      at(1, {
        processes: new Map([
          [9, read(300)],
          [1, read(200)],
        ]),
      }),
    );
    ledger.tick(at(2, { sessionReads: told(300, 200) }));
    const rows = ledger.drain(3000);
    ledger.reset();
    const all = readsOf([...rows, ...ledger.drain(4000)]);
    // 100 through workers and 200 by its own process; the ledger's other parts place the latter.
    expect(Object.values(all).reduce((sum: number, bytes) => sum + (bytes ?? 0), 0)).toBe(500);
    expect(all.b).toBe(200);
  });

  it('of a statement that runs for long goes by what is seen under way, and its count at the end adds only the rest', () => {
    const ledger = createAttributor({ instance: 'x' });
    ledger.tick(at(0, { sessionReads: told(0, 0) }));
    for (let n = 1; n <= 31; n += 1)
      ledger.tick(at(n, { processes: new Map([[9, read(10)]]), ioInFlight: new Map([['1', 4096]]) }));
    expect(readsOf(ledger.drain(32_000)).a).toBeGreaterThanOrEqual(290);
    ledger.tick(at(32, { processes: new Map([[9, read(190)]]) }));
    ledger.tick(at(33, { sessionReads: told(400, 100) }));
    ledger.reset();
    expect(readsOf(ledger.drain(34_000)).b).toBe(100);
  });

  it('counts a session that came between two readings from nothing, and keeps the rest with the workers', () => {
    const ledger = createAttributor({ instance: 'x' });
    ledger.tick(at(0, { sessionReads: new Map([['1', 7000]]) }, [client('a', 1)]));
    ledger.tick(at(1, { processes: new Map([[9, read(300)]]) }, [client('a', 1)]));
    ledger.tick(at(2, { sessionReads: told(7000, 120) }));
    ledger.reset();
    expect(readsOf(ledger.drain(3000))).toEqual({ b: 120, 'io worker': 180 });
  });

  it('a parallel worker’s is its leader’s', () => {
    const ledger = createAttributor({ instance: 'x' });
    const parallel = client('w', 2, { kind: 'parallelWorker', leaderId: '1', digest: null });
    const sessions = [client('a', 1), parallel];
    ledger.tick(at(0, { sessionReads: told(0, 0) }, sessions));
    ledger.tick(at(1, { processes: new Map([[9, read(50)]]) }, sessions));
    ledger.tick(at(2, { sessionReads: told(20, 30) }, sessions));
    expect(readsOf(ledger.drain(3000))).toEqual({ a: 50 });
  });
});
