import { readFileSync, writeFileSync } from 'node:fs';
import type pg from 'pg';
import { beforeAll, expect } from 'vitest';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { itNeeding } from '../needs.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

/** The kernel gives out the pid after this one next; only root may say which. */
const LAST_PID = '/proc/sys/kernel/ns_last_pid';
const cannotChoose = process.getuid?.() === 0 && writable(LAST_PID) ? null : `${LAST_PID} cannot be written`;

const BURN = 'SELECT count(*) FROM generate_series(1, 2000000)';
const pidOf = (client: pg.Client) => (client as unknown as { processID: number }).processID;
const cpuMsOf = (pid: number) => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

describeOnPostgres('a reused pid', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  beforeAll(() => createLogins(server()));

  /** Forks of others may take the pid first: tried until it is had. */
  const connectAs = (pid: number) =>
    waitFor('the same pid', async () => {
      writeFileSync(LAST_PID, String(pid - 1));
      const client = await server().connect('postgres', 'postgres', 'second');
      if (pidOf(client) === pid) return client;
      await client.end();
      return null;
    });

  itNeeding(cannotChoose, 'is a new session: it is billed for its own work alone', async () => {
    await using monitor = new DatabaseResourceMonitor();
    await monitor.addDatabase({
      name: 'db',
      type: 'postgresql',
      connectionString: server().url('postgres', 'dbvitals'),
    });
    const ticks: number[] = [];
    monitor.on('tick', ({ atMs }) => ticks.push(atMs));
    await monitor.start();
    const first = await server().connect('postgres', 'postgres', 'first');
    const pid = pidOf(first);
    for (let n = 0; n < 6; n += 1) await first.query(BURN);
    const firstMs = cpuMsOf(pid);
    await waitFor('a tick after its work', () => (ticks.length >= 3 ? true : null));
    // Gone and back within one tick: only the start time tells.
    await first.end();
    const second = await connectAs(pid);
    await second.query(BURN);
    const seen = ticks.length;
    await waitFor('ticks of the second', () => (ticks.length >= seen + 3 ? true : null));
    const secondMs = cpuMsOf(pid);
    const billed = async (application: string) => {
      const { items } = await monitor.getQueryResourceUsage({ database: 'db', application, limit: 100 });
      for (const { cpuMs } of items) expect(cpuMs ?? 0).toBeGreaterThanOrEqual(0);
      return items.reduce((sum, { cpuMs }) => sum + (cpuMs ?? 0), 0);
    };
    expect(firstMs).toBeGreaterThan(300);
    expect(await billed('second')).toBeLessThan(secondMs * 1.05 + 5);
    expect(await billed('first')).toBeLessThan(firstMs * 1.05 + 5);
    // Idle sessions are looked at every tenth tick.
    const sessions = await waitFor('the session', async () => {
      const { items } = await monitor.getSessions({ database: 'db' });
      const found = items.filter(({ osPid }) => osPid === pid);
      return found.length > 0 ? found : null;
    });
    expect(sessions).toEqual([expect.objectContaining({ application: 'second' })]);
    // What cannot be placed is kept: the instance's whole CPU has both.
    const { coverage } = await monitor.getQueryResourceUsage({ database: 'db' });
    expect(coverage.cpuTotalMs).toBeGreaterThan((firstMs + secondMs) * 0.9);
    await second.end();
  });
});

function writable(path: string): boolean {
  try {
    writeFileSync(path, readFileSync(path, 'utf8').trim());
    return true;
  } catch {
    return false;
  }
}
