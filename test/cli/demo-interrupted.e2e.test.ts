import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { itNeeding, missingServer } from '../needs.js';
import { waitFor } from '../servers/wait-for.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');

/** What the demo says of itself, and with it the moment of the interruption. */
const MOMENTS = ['starting', 'filling', 'watching'] as const;

describe('a demo that is interrupted', () => {
  /** Where everything of this demo goes: what is left there, or still runs there, was left behind. */
  let temporary = '';
  let child: ChildProcess | null = null;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), 'dbvitals-interrupted-test-'));
    // The server is another user's.
    chmodSync(temporary, 0o1777);
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
  });

  const start = () => {
    const env = { ...process.env, TMPDIR: temporary };
    child = spawn(process.execPath, [MAIN, 'demo', '--seconds', '60'], {
      env: { ...env, DBVITALS_CONFIG: join(temporary, 'none.yaml') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    return {
      // A machine with more to do than its cores can fills tables for minutes.
      at: (moment: string) => waitFor(moment, () => (said.includes(moment) ? true : null), 300_000),
      kill: async (signal: NodeJS.Signals) => {
        child?.kill(signal);
        return (await ended)[0];
      },
    };
  };
  const running = () =>
    readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && commandLineOf(pid).includes(temporary));

  for (const moment of MOMENTS)
    itNeeding(
      missingServer('18'),
      `Ctrl-C while it is ${moment}: exit code 130, nothing runs any more, nothing is left on disk`,
      async () => {
        const demo = start();
        await demo.at(moment);
        expect(await demo.kill('SIGINT')).toBe(130);
        await waitFor('the end of its server', () => (running().length === 0 ? true : null), 60_000);
        expect(readdirSync(temporary)).toEqual([]);
      },
      600_000,
    );

  itNeeding(
    missingServer('18'),
    'kill -9: its server ends and takes its files along',
    async () => {
      const demo = start();
      await demo.at('watching');
      expect(running().length).toBeGreaterThan(0);
      await demo.kill('SIGKILL');
      await waitFor('the end of its server', () => (running().length === 0 ? true : null), 60_000);
      await waitFor(
        'its files gone',
        () => (readdirSync(temporary).every((name) => name.startsWith('dbvitals-demo-')) ? true : null),
        60_000,
      );
    },
    600_000,
  );
});

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
