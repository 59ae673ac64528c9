import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStoreReader } from '../../src/store/index.js';
import { runReadOnly } from '../../src/store/user-sql.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
/** Collectors beside each other, each with a directory of its own; how often each is killed, and after how long at most. */
const LANES = 10;
const ROUNDS = 10;
const LONGEST_MS = 8_000;
const KEYS = {
  instance_ticks: 'instance, at_ms',
  session_samples: 'instance, session_id, at_ms',
  statement_usage:
    'instance, from_ms, kind, statement_id, database, "user", application, client_address, backend_type',
} as const;

describeOnPostgres(
  'kill -9 of a collector that watches a server',
  { version: NEWEST, ...WITH_STATEMENTS },
  (server) => {
    let directory = '';
    const children = new Set<ChildProcess>();
    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'dbvitals-killed-test-'));
      await createLogins(server());
    });
    afterAll(() => {
      for (const child of children) child.kill('SIGKILL');
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    });

    /** Until it is killed; resolves with the signal or exit code that ended it. */
    const collect = async (lane: string, endWith: NodeJS.Signals, afterMs: number) => {
      const args = ['collect', '--url', server().url('postgres', 'dbvitals'), '--data-dir', lane];
      const child = spawn(process.execPath, [MAIN, ...args, '--log-level', 'info'], {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: { ...process.env, DBVITALS_CONFIG: join(lane, 'none.yaml') },
      });
      children.add(child);
      let log = '';
      let begun = false;
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (begun || !log.includes('"collecting"')) return;
        begun = true;
        setTimeout(() => child.kill(endWith), afterMs);
      });
      const [code, signal] = await once(child, 'exit');
      children.delete(child);
      return { code, signal, log };
    };

    it(`${LANES * ROUNDS} times at random moments: the next one goes on, no file is corrupt, no row is there twice`, async () => {
      const lanes = Array.from({ length: LANES }, (_, lane) => join(directory, String(lane)));
      await Promise.all(
        lanes.map(async (lane) => {
          for (let round = 0; round < ROUNDS; round += 1) {
            const { signal, log } = await collect(lane, 'SIGKILL', Math.random() * LONGEST_MS);
            expect({ signal, log }).toMatchObject({ signal: 'SIGKILL' });
          }
          const { code, log } = await collect(lane, 'SIGTERM', 2_000);
          expect({ code, log }).toMatchObject({ code: 0 });
        }),
      );
      let ticks = 0;
      for (const lane of lanes) {
        await using reader = await openStoreReader({ directory: lane });
        expect((await reader.info()).corruptFiles).toEqual([]);
        for (const [table, key] of Object.entries(KEYS)) {
          const doubled = `SELECT ${key} FROM ${table} GROUP BY ${key} HAVING count(*) > 1`;
          expect({ table, twice: await runReadOnly(lane, doubled) }).toEqual({ table, twice: [] });
        }
        ticks += (await reader.ticks('adhoc', { fromMs: 0, toMs: Date.now() + 1_000 })).ticks;
      }
      // Each last collector alone stored some at its end.
      expect(ticks).toBeGreaterThan(LANES);
      // Ten collectors start at once on two cores.
    }, 1_200_000);
  },
);
