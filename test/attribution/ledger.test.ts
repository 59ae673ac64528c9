import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitExactly } from '../../src/attribution/entries.js';
import { createAttributor } from '../../src/attribution/index.js';
import type { UsageEntry } from '../../src/core/usage.js';
import { cost, delta, session, tick } from './rows.js';

const sumOf = (entries: readonly UsageEntry[], kind?: UsageEntry['kind']) =>
  entries
    .filter((entry) => kind === undefined || entry.kind === kind)
    .reduce((sum, { cpuNs }) => sum + cpuNs, 0);

describe('the ledger', () => {
  it('loses and invents nothing: what is drained is what was measured, whatever comes', () => {
    const anyTick = fc.record({
      sessions: fc.array(
        fc.record({
          id: fc.integer({ min: 1, max: 8 }),
          digest: fc.constantFrom('a', 'b', 'c', null),
          state: fc.constantFrom('active' as const, 'idle' as const, 'idleInTransaction' as const),
          kind: fc.constantFrom('client' as const, 'parallelWorker' as const, 'storage' as const),
          startedAtMs: fc.integer({ min: 1, max: 2 }),
          statementStartedAtMs: fc.integer({ min: 0, max: 20_000 }),
          leaderId: fc.constantFrom('1', '2', null),
        }),
        { maxLength: 8 },
      ),
      cpu: fc.dictionary(fc.integer({ min: 1, max: 10 }).map(String), fc.nat(1e9)),
      endedCpuNs: fc.nat(1e8),
      elapsedMs: fc.constantFrom(0, 1000, 5000),
      statements: fc.option(
        fc.array(
          fc.record({ digest: fc.constantFrom('a', 'b', 'd'), calls: fc.nat(50), execMs: fc.nat(900) }),
          { maxLength: 3 },
        ),
      ),
      reset: fc.boolean(),
      inFlight: fc.constantFrom(null, 0, 4096),
      told: fc.option(fc.nat(1e6)),
    });
    fc.assert(
      fc.property(fc.array(anyTick, { maxLength: 25 }), (ticks) => {
        const ledger = createAttributor({ instance: 'x' });
        const drained: UsageEntry[] = [];
        let measured = 0;
        for (const [index, given] of ticks.entries()) {
          const sessions = [...new Map(given.sessions.map((row) => [row.id, row])).values()].map((row) =>
            session(row.id, {
              ...row,
              id: String(row.id),
              backendType: row.kind === 'storage' ? 'io worker' : 'client backend',
            }),
          );
          const processes = new Map(
            Object.entries(given.cpu).map(([pid, cpuNs]) => [Number(pid), cost(cpuNs)]),
          );
          for (const { cpuNs } of processes.values()) measured += cpuNs;
          measured += given.endedCpuNs;
          const statements =
            given.statements?.map(({ digest, calls, execMs }) => delta(digest, calls, execMs)) ?? null;
          ledger.tick(
            tick(index * 1000, {
              sessions,
              processes,
              statements,
              endedCpuNs: given.endedCpuNs,
              elapsedMs: given.elapsedMs,
              ioInFlight: given.inFlight === null ? null : new Map([['1', given.inFlight]]),
              sessionReads: given.told === null ? null : new Map([['1', given.told]]),
            }),
          );
          if (given.reset) ledger.reset();
          if (index % 3 === 0) drained.push(...ledger.drain(index * 1000));
        }
        ledger.reset();
        drained.push(...ledger.drain(1e6));
        expect(sumOf(drained)).toBe(measured);
        expect(
          drained.every(
            (entry) => entry.cpuNs >= 0 && entry.exactCpuNs <= entry.cpuNs && entry.cpuErrorNs >= 0,
          ),
        ).toBe(true);
      }),
    );
  });

  it('gives a statement that runs through a tick all of it, exactly', () => {
    const ledger = createAttributor({ instance: 'x' });
    const running = session(1, { statementStartedAtMs: -500 });
    ledger.tick(tick(0, { sessions: [running], processes: new Map([[1, cost(0)]]) }));
    ledger.tick(tick(1000, { sessions: [running], processes: new Map([[1, cost(700)]]) }));
    const entries = ledger.drain(1000);
    expect(entries).toEqual([
      expect.objectContaining({ kind: 'statement', cpuNs: 700, exactCpuNs: 700, samples: 2 }),
    ]);
  });

  it('begins no two intervals at the same time', () => {
    const ledger = createAttributor({ instance: 'x' });
    const running = session(1, { statementStartedAtMs: -500 });
    ledger.tick(tick(0, { sessions: [running], processes: new Map() }));
    expect(ledger.drain(0)).toEqual([]);
    ledger.tick(tick(1000, { sessions: [running], processes: new Map([[1, cost(700)]]) }));
    expect(ledger.drain(1000)).toMatchObject([{ fromMs: 0, toMs: 1000, samples: 2, cpuNs: 700 }]);
  });

  it('shares what ran between two ticks by the executor time the server counted', () => {
    const ledger = createAttributor({ instance: 'x' });
    const idle = session(1, { state: 'idle', digest: null, waitClass: 'idle' });
    const statements = [delta('a', 1, 300), delta('b', 1, 100)];
    ledger.tick(tick(0, { sessions: [idle], processes: new Map([[1, cost(400e6)]]), statements }));
    const byCpu = ledger
      .drain(1)
      .filter(({ kind }) => kind === 'statement')
      .map(({ cpuNs }) => cpuNs)
      .sort((a, b) => b - a);
    expect((byCpu[0] as number) / (byCpu[1] as number)).toBeCloseTo(3, 3);
  });

  it('keeps a user from being billed for another', () => {
    const ledger = createAttributor({ instance: 'x' });
    const idle = session(1, { user: 'other', state: 'idle', digest: null, waitClass: 'idle' });
    ledger.tick(
      tick(0, { sessions: [idle], processes: new Map([[1, cost(400e6)]]), statements: [delta('a', 1, 300)] }),
    );
    expect(ledger.drain(1)).toEqual([
      expect.objectContaining({ kind: 'session', user: 'other', cpuNs: 400e6 }),
    ]);
  });

  it('rolls parallel workers up to their leader, and what they used unseen at the end too', () => {
    const ledger = createAttributor({ instance: 'x' });
    const leader = session(1, { statementStartedAtMs: -1 });
    const worker = session(2, { kind: 'parallelWorker', leaderId: '1', digest: null });
    ledger.tick(tick(0, { sessions: [leader, worker], processes: new Map([[2, cost(50)]]) }));
    ledger.tick(tick(1000, { sessions: [leader], endedCpuNs: 30 }));
    expect(sumOf(ledger.drain(1000), 'statement')).toBe(80);
  });

  it('gives vanished workers to the statement whose workers were not seen as much as it ran', () => {
    const ledger = createAttributor({ instance: 'x' });
    const leader = (id: number, digest: string, startedAtMs: number) =>
      session(id, { digest, statementStartedAtMs: startedAtMs });
    const worker = (id: number, of: number, startedAtMs: number) =>
      session(id, { kind: 'parallelWorker', leaderId: String(of), digest: null, startedAtMs });
    // Both ran for 40 s. The long one's workers are seen at all they do, of the short ones' only a tenth was.
    for (let at = 0; at < 40; at += 1) {
      const sessions = [
        leader(1, 'long', 0),
        worker(11, 1, 0),
        leader(2, 'short', at * 1000 - 100),
        worker(100 + at, 2, at * 1000 - 100),
      ];
      const processes = new Map([
        [11, cost(500e6)],
        [100 + at, cost(50e6)],
      ]);
      const statements = [delta('long', 1, 1000), delta('short', 7, 1000)];
      ledger.tick(tick(at * 1000, { sessions, processes, statements, endedCpuNs: 450e6 }));
    }
    const usage = ledger.drain(40_000).filter(({ kind }) => kind === 'statement');
    const [first, second] = usage.map(({ cpuNs }) => cpuNs).sort((a, b) => b - a);
    expect((second as number) / (first as number)).toBeGreaterThan(0.6);
  });

  it('knows workers that hand rows to a slow leader by what they use, not by samples that find them waiting', () => {
    const ledger = createAttributor({ instance: 'x' });
    const worker = (id: number, of: number, at: number, waits: boolean) =>
      session(id, {
        kind: 'parallelWorker',
        leaderId: String(of),
        digest: null,
        startedAtMs: at * 1000 - 100,
        ...(waits ? { waitClass: 'parallel' as const } : {}),
      });
    for (let at = 1; at < 40; at += 1) {
      const leader = (id: number, digest: string) =>
        session(id, { digest, statementStartedAtMs: at * 1000 - 100 });
      const sessions = [
        leader(1, 'scan'),
        worker(1000 + at, 1, at, false),
        leader(2, 'hands rows on'),
        worker(2000 + at, 2, at, true),
      ];
      const processes = new Map([
        [1000 + at, cost(60e6)],
        [2000 + at, cost(30e6)],
      ]);
      const statements = [delta('scan', 5, 1000), delta('hands rows on', 5, 1000)];
      ledger.tick(tick(at * 1000, { sessions, processes, statements, endedCpuNs: 450e6 }));
    }
    const usage = ledger.drain(40_000).filter(({ kind }) => kind === 'statement');
    const [scan, other] = usage.map(({ cpuNs }) => cpuNs).sort((a, b) => b - a);
    expect((scan as number) / (other as number)).toBeGreaterThan(1.7);
    expect((scan as number) / (other as number)).toBeLessThan(2.3);
  });

  it('gives what starting workers costs to the statement that starts many, however short they are', () => {
    const ledger = createAttributor({ instance: 'x' });
    // As many workers run for the one as for the other, but the short one's 20 calls a second start 20 of them.
    for (let at = 0; at < 60; at += 1) {
      const leader = (id: number, digest: string, startedAtMs: number) =>
        session(id, { digest, statementStartedAtMs: startedAtMs });
      const worker = (id: number, of: number) =>
        session(id, { kind: 'parallelWorker', leaderId: String(of), digest: null });
      const sessions = [
        leader(1, 'long', 0),
        worker(11, 1),
        leader(2, 'short', at * 1000 - 5),
        worker(100 + at, 2),
      ];
      // One more is always just beginning or ending.
      const processes = new Map([
        [11, cost(500e6)],
        [100 + at, cost(5e6)],
        [1000 + at, cost(5e6)],
      ]);
      const statements = [delta('long', 0, 1000), delta('short', 20, 1000)];
      ledger.tick(tick(at * 1000, { sessions, processes, statements, endedCpuNs: 990e6 }));
    }
    const usage = ledger.drain(60_000).filter(({ kind }) => kind === 'statement');
    const [most, least] = usage.map(({ cpuNs }) => cpuNs).sort((a, b) => b - a);
    // 60 s against 30 s once known; nothing is in the first seconds.
    expect((most as number) / (least as number)).toBeGreaterThan(1.3);
  });

  it('keeps servers, the monitor and the unknown apart', () => {
    const ledger = createAttributor({ instance: 'x' });
    const sessions = [
      session(1),
      session(2, { kind: 'storage', backendType: 'checkpointer', digest: null, state: 'background' }),
    ];
    const processes = new Map([
      [1, cost(5)],
      [2, cost(7)],
      [3, cost(11)],
    ]);
    ledger.tick(tick(0, { sessions, processes, ownSessionIds: new Set(['1']), endedCpuNs: 13 }));
    const entries = ledger.drain(1);
    expect(['monitor', 'background', 'unattributed'].map((kind) => sumOf(entries, kind as never))).toEqual([
      5, 18, 13,
    ]);
  });
});

describe('splitExactly', () => {
  it('sums to the total in whole numbers', () => {
    const weights = fc
      .array(fc.double({ min: 0, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 })
      .filter((all) => all.some((each) => each > 0));
    fc.assert(
      fc.property(fc.nat(1e12), weights, (total, parts) => {
        const split = splitExactly(total, parts);
        expect(split.reduce((sum, part) => sum + part, 0)).toBe(total);
        expect(split.every((part) => Number.isInteger(part) && part >= 0)).toBe(true);
      }),
    );
  });
});
