import { describe, expect, it } from 'vitest';
import type { InstanceFacts } from '../../src/core/facts.js';
import type { ProbeTick } from '../../src/core/probe.js';
import { sessions } from '../../src/engines/postgresql/probes/sessions.js';

/** As queries/sessions writes it. */
const ACTIVE =
  '4711\t1700000000123456\t16384\t10\tshop\t10.0.0.7\t50123\tclient backend\t\tactive\tLock\ttuple\t1700000001000001\t1700000002000002\t1700000002000003\t-8765432101234567890\t';
const HIDDEN = '4712\t0\t16384\t11\t\t\t-1\t\t\t\t\t\t0\t0\t0\t\t';
const IDLE =
  '4713\t1700000000123456\t16384\t10\tshop\t\t-1\tclient backend\t\tidle\tClient\tClientRead\t0\t1700000002000002\t1700000002000003\t42\t';
const WORKER =
  '4714\t1700000000123456\t16384\t10\tshop\t\t-1\tparallel worker\t4711\tactive\t\t\t1700000001000001\t1700000002000002\t1700000002000003\t\t77';

function reader() {
  const tick = { facts: {} as InstanceFacts } as ProbeTick;
  return (...lines: readonly string[]) =>
    sessions.toRecords([{ server_now_ms: 1_700_000_003_000, lines: lines.join('\n') }], tick).sessions ?? [];
}

describe('lines of sessions', () => {
  it('have every field in its place', () => {
    const [active, hidden, idle, worker] = reader()(ACTIVE, HIDDEN, IDLE, WORKER);
    expect(active).toEqual({
      id: '4711',
      startedAtMs: 1_700_000_000_123.456,
      osPid: 4711,
      osTid: null,
      kind: 'client',
      backendType: 'client backend',
      leaderId: null,
      database: '16384',
      user: '10',
      application: 'shop',
      clientAddress: '10.0.0.7',
      clientPort: 50_123,
      state: 'active',
      digest: '-8765432101234567890',
      waitEventType: 'Lock',
      waitEvent: 'tuple',
      waitClass: 'lockRow',
      statementStartedAtMs: 1_700_000_002_000.002,
      transactionStartedAtMs: 1_700_000_001_000.001,
      stateChangedAtMs: 1_700_000_002_000.003,
      blockedBy: [],
      tempBytes: null,
    });
    expect(hidden).toMatchObject({
      kind: 'client',
      backendType: 'hidden',
      state: 'unknown',
      startedAtMs: null,
      application: null,
      clientPort: null,
      digest: null,
    });
    // A query id outlives its statement.
    expect(idle).toMatchObject({ state: 'idle', digest: null, waitEvent: 'ClientRead' });
    expect(worker).toMatchObject({
      kind: 'parallelWorker',
      leaderId: '4711',
      digest: 't:77',
      waitClass: 'cpu',
    });
  });

  it('that begin or end like the ones before are told apart', () => {
    const short = ACTIVE.replace('\tshop\t', '\tsho\t');
    const long = ACTIVE.replace('\tshop\t', '\tshopper\t');
    const names = reader()(ACTIVE, short, ACTIVE.replace('4711', '4715'), long).map((row) => row.application);
    expect(names).toEqual(['shop', 'sho', 'shop', 'shopper']);
  });

  it('that are the same as before keep their row, and no other', () => {
    const read = reader();
    const [first, idle] = read(ACTIVE, IDLE);
    const changed = ACTIVE.replace('1700000002000002', '1700000002500000');
    const [next, same] = read(changed, IDLE);
    expect(same).toBe(idle);
    expect(next).not.toBe(first);
    expect(next?.statementStartedAtMs).toBe(1_700_000_002_500);
    expect(reader()(IDLE)[0]).not.toBe(idle);
  });
});
