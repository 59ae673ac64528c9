import { Budget } from '../../../src/collector/budget.js';
import type { LockLaneParts } from '../../../src/collector/locks/lane.js';
import { LockPublisher } from '../../../src/collector/locks/publish.js';
import { Meter } from '../../../src/collector/meter.js';
import type { CollectorPorts } from '../../../src/collector/ports.js';
import type { Connection, Engine } from '../../../src/core/engine.js';
import { type LockAnalyst, NO_LOCK_FINDINGS } from '../../../src/core/lock-analyst.js';
import type { LockReading } from '../../../src/core/locks.js';
import { silentLogger } from '../../../src/core/logger.js';
import type { Probe, ProbeTick } from '../../../src/core/probe.js';
import type { EventSample } from '../../../src/core/samples.js';
import { systemClock } from '../../../src/core/system-clock.js';

export const RESOURCE = {
  key: 'row:1:(0,1)',
  kind: 'row',
  database: 'shop',
  relation: 'public.item',
  index: null,
  row: '(0,1)',
} as const;

/** What a fake server does: how many wait, how long a snapshot takes, and whether it takes another connection. */
export interface FakeServer {
  waiters: number;
  snapshotMs: number;
  refuses: boolean;
}

const facts = { versionNumber: 1 } as Connection['facts'];

export const TICK: ProbeTick = { instance: 'fake', facts, atMs: 0, waiterIds: ['1'], activeIds: [] };

export function fakeLane(server: FakeServer) {
  const asked: string[] = [];
  const events: EventSample[] = [];
  const observed: LockReading[] = [];
  let connections = 1;
  let open = 1;
  const connection = (id: string): Connection => ({
    facts,
    ownSessionIds: [id],
    async query({ probe }) {
      asked.push(`${probe}@${id}`);
      await new Promise((resolve) => setTimeout(resolve, server.snapshotMs));
      return [{ waiters: server.waiters }];
    },
    together: async () => null,
    async close() {
      open -= 1;
    },
    async [Symbol.asyncDispose]() {},
  });
  const engine = {
    name: 'postgresql',
    probes: [
      probe('locks', ([row]) => ({ locks: readingOf(Number(row?.waiters)) })),
      probe('watch', ([row]) => ({ waiters: Number(row?.waiters) })),
    ],
    async connect() {
      if (server.refuses) throw new Error('no slot');
      connections += 1;
      open += 1;
      return connection(`own${connections}`);
    },
  } as unknown as Engine;
  const analyst: LockAnalyst = {
    connected() {},
    tick: () => NO_LOCK_FINDINGS,
    held: () => NO_LOCK_FINDINGS,
    reported: () => NO_LOCK_FINDINGS,
    learnt: () => ({}),
    recall() {},
    observe(reading) {
      observed.push(reading);
      return NO_LOCK_FINDINGS;
    },
  };
  const ports = {
    engine,
    target: { name: 'fake' },
    // So large a host that what a test uses of it sets no pace.
    host: { cpuCount: 1_000 },
    budget: new Budget(2, systemClock),
    clock: systemClock,
    logger: silentLogger,
    lockAnalyst: analyst,
    emit() {},
    sink: {
      append: (table: string, rows: readonly EventSample[]) => table === 'events' && events.push(...rows),
    },
  } as unknown as CollectorPorts;
  const parts: LockLaneParts = {
    ports,
    first: connection('own1'),
    meter: new Meter(),
    publisher: new LockPublisher(ports),
    factor: () => 1,
    ownUse: () => ({ cpuMs: 0, queuedMs: 0 }),
    local: true,
    resolve: async (reading) => reading,
  };
  return { parts, asked, events, observed, connections: () => ({ made: connections, open }) };
}

function probe(name: 'locks' | 'watch', toRecords: Probe['toRecords']): Probe {
  return { name, lane: name, select: () => ({ probe: name, file: '', since: 0, sql: '' }), toRecords };
}

/** This many sessions wait for session 0. */
export function readingOf(waiters: number): LockReading {
  const edges = Array.from({ length: waiters }, (_, index) => ({
    waiterId: String(index + 1),
    blockerId: '0',
    kind: 'hard' as const,
    mode: 'ShareLock',
    resource: RESOURCE,
    waitStartedAtMs: null,
    confidence: 1,
  }));
  return { atMs: Date.now(), serverNowMs: Date.now(), sessions: [], locks: [], edges };
}
