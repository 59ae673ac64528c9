import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { DeadlockRecord } from '../../src/core/lock-samples.js';
import type { DatabaseResourceMonitor } from '../../src/index.js';
import {
  type PostgresVersion,
  type PrivatePostgres,
  startPostgresServer,
} from '../../src/lab/postgresql/index.js';
import { startMonitor } from '../../test/servers/start-monitor.js';
import { seeded } from '../attribution/workloads.js';
import { median, type Share, shareOf } from './wilson.js';

export interface ImminentFigures {
  readonly deadlocks: number;
  /** Foretold before a client got SQLSTATE 40P01, with these parties. */
  readonly flagged: Share;
  readonly flaggedEarly: Share;
  /** Circles that stood long enough to be told so early by somebody who sees them at once. */
  readonly stoodEarly: Share;
  /** The same of circles that stood at least half a second: most of the others stood for less than 0.3 s. */
  readonly flaggedEarlyOfLong: Share;
  readonly victimRight: Share;
  readonly medianLeadMs: number | null;
  readonly p5LeadMs: number | null;
  readonly medianErrorMs: number | null;
  /** Foretold, and nobody was ended: among circles, and in trials without one. */
  readonly falseAlarms: Share;
  /** The victims' errors reach their clients after this; the peer learns of them then, at the earliest. */
  readonly peerLeadMs: 0;
}

interface Told {
  readonly record: DeadlockRecord;
  readonly atMs: number;
}

interface Ended {
  readonly parties: readonly string[];
  readonly victim: string;
  readonly atMs: number;
  /** From the last statement's start to the error. */
  readonly stoodMs: number;
}

/** Trials that run side by side, each on rows of its own. */
const LANES = 4;
const EARLY_MS = 300;
const LONG_MS = 500;

/**
 * Circles of 2 to 5 sessions with random gaps between their waits, beside as many chains of waits that are none. Truth:
 * the client's error 40P01 and the moment it arrives.
 */
export async function imminent(
  version: PostgresVersion,
  trials: number,
  seed: number,
): Promise<ImminentFigures> {
  await using server = await startServer(version);
  const told: Told[] = [];
  await using _monitor = await watch(server, told);
  const random = seeded(seed);
  // As on any busy instance, somebody has waited in the ten minutes before, and the lane looks for waiters.
  await trial(server, 951, 2, false, random);
  const ended: Ended[] = [];
  let left = trials;
  const lane = async (number: number) => {
    while (left > 0) {
      left -= 1;
      const end = await trial(server, 1 + number * 100, 2 + Math.floor(random() * 4), true, random);
      if (end !== null) ended.push(end);
      await trial(server, 51 + number * 100, 2 + Math.floor(random() * 4), false, random);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
  return figuresOf(told, ended, trials);
}

/** The first wait for ten minutes is part of a circle: only the next tick wakes the lane. A new monitor for each. */
export async function imminentCold(version: PostgresVersion, trials: number): Promise<Share> {
  await using server = await startServer(version);
  const random = seeded(7);
  let flagged = 0;
  for (let number = 0; number < trials; number += 1) {
    const told: Told[] = [];
    await using _monitor = await watch(server, told);
    await sleep(1_000 + random() * 1_000);
    const end = await trial(server, 1, 2, true, random);
    if (end !== null && told.some(({ atMs }) => atMs < end.atMs)) flagged += 1;
  }
  return shareOf(flagged, trials);
}

async function startServer(version: PostgresVersion): Promise<PrivatePostgres> {
  const server = await startPostgresServer({ version });
  const admin = await server.connect();
  await admin.query(
    'CREATE TABLE rows AS SELECT i AS id, 0 AS v FROM generate_series(1, 1000) AS i; ALTER TABLE rows ADD PRIMARY KEY (id); CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals',
  );
  await admin.end();
  return server;
}

async function watch(server: PrivatePostgres, told: Told[]): Promise<DatabaseResourceMonitor> {
  const monitor = await startMonitor(server);
  monitor.on('deadlockPredicted', ({ record }) => {
    if (record.kind === 'imminent') told.push({ record, atMs: Date.now() });
  });
  return monitor;
}

function figuresOf(told: readonly Told[], ended: readonly Ended[], trials: number): ImminentFigures {
  const matched = ended.map((end) => ({
    end,
    told: told.find(
      ({ record, atMs }) =>
        end.atMs - atMs < 10_000 &&
        record.parties.length === end.parties.length &&
        record.parties.every(({ sessionId }) => sessionId !== null && end.parties.includes(sessionId)),
    ),
  }));
  const flagged = matched.flatMap(({ end, told: each }) =>
    each !== undefined && each.atMs < end.atMs ? [{ end, told: each }] : [],
  );
  const leads = flagged.map(({ end, told: each }) => end.atMs - each.atMs);
  const used = new Set(matched.flatMap(({ told: each }) => each ?? []));
  return {
    deadlocks: ended.length,
    flagged: shareOf(flagged.length, ended.length),
    flaggedEarly: shareOf(leads.filter((lead) => lead >= EARLY_MS).length, ended.length),
    stoodEarly: shareOf(ended.filter(({ stoodMs }) => stoodMs >= EARLY_MS).length, ended.length),
    flaggedEarlyOfLong: shareOf(
      flagged.filter(({ end, told: each }) => end.stoodMs >= LONG_MS && end.atMs - each.atMs >= EARLY_MS)
        .length,
      ended.filter(({ stoodMs }) => stoodMs >= LONG_MS).length,
    ),
    victimRight: shareOf(
      flagged.filter(({ end, told: each }) => each.record.victimId === end.victim).length,
      flagged.length,
    ),
    medianLeadMs: median(leads),
    p5LeadMs: [...leads].sort((a, b) => a - b)[Math.floor(leads.length / 20)] ?? null,
    medianErrorMs: median(
      flagged.map(({ end, told: { record } }) => Math.abs(end.atMs - (record.expectedAtMs ?? Number.NaN))),
    ),
    falseAlarms: shareOf(told.filter((each) => !used.has(each)).length, told.length + trials),
    peerLeadMs: 0,
  };
}

/** `closed`: the last one asks for what the first one has; else for a row that nobody has. */
async function trial(
  server: PrivatePostgres,
  base: number,
  parties: number,
  closed: boolean,
  random: () => number,
): Promise<Ended | null> {
  const clients = await Promise.all(
    Array.from({ length: parties }, () => server.connect('postgres', 'postgres', 'party')),
  );
  let end: Ended | null = null;
  let closedMs = 0;
  try {
    const ids = await Promise.all(clients.map(pidOf));
    for (const [index, client] of clients.entries()) {
      await client.query('BEGIN');
      await client.query(`UPDATE rows SET v = v + 1 WHERE id = ${base + index}`);
    }
    const last = closed ? parties : parties - 1;
    const asked = clients.slice(0, last).map(async (client, index) => {
      await sleep(index * 20 + gap(random) * index);
      closedMs = Date.now();
      try {
        await client.query(`UPDATE rows SET v = v + 1 WHERE id = ${base + ((index + 1) % parties)}`);
        await client.query('COMMIT');
      } catch (error) {
        if ((error as { code?: string }).code !== '40P01') throw error;
        const atMs = Date.now();
        end = { parties: ids, victim: ids[index] as string, atMs, stoodMs: atMs - closedMs };
        await client.query('ROLLBACK');
      }
    });
    if (!closed) {
      await sleep(1_200);
      await clients.at(-1)?.query('COMMIT');
    }
    await Promise.all(asked);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
  return end;
}

/** Up to 1.8 deadlock_timeouts between two waits, small gaps as often as large ones. */
function gap(random: () => number): number {
  return random() < 0.5 ? random() * 300 : random() * 900;
}

async function pidOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return String(rows[0]?.pid);
}
