import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Connection } from '../../../src/core/engine.js';
import type { HostReader } from '../../../src/core/host.js';
import { locate } from '../../../src/engines/mysql/locate.js';

const UP_MS = 1_000_000_000;
const PID = 4242;
let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'dbvitals-locate-test-'));
  writeFileSync(join(home, 'pid'), `${PID}\n`);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A server that is up since UP_MS, and a process that began this much earlier and works there. */
function located(beganEarlierMs: number, workingDirectory: string, ownThreadId: number | null = null) {
  const connection = {
    ownThreadId,
    facts: { dataDirectory: home, settings: { pid_file: 'pid' }, startedAtMs: UP_MS, capabilities: [] },
  } as unknown as Connection;
  const host = {
    describe: (pid: number) =>
      pid === PID
        ? { command: 'mysqld', executable: '', workingDirectory, startedAtMs: UP_MS - beganEarlierMs }
        : null,
    threads: () => [],
  } as unknown as HostReader;
  return locate(connection, host);
}

describe('the process of a MySQL', () => {
  it.each([
    ['that began when the server says it did', 800, '/elsewhere', PID],
    ['that was long in starting, in its data directory', 40_000, 'home', PID],
    ['that began long before, elsewhere', 40_000, '/elsewhere', null],
    ['that began after the server was up', -20_000, 'home', null],
  ])('%s', (_, earlierMs, directory, serverPid) => {
    expect(located(earlierMs, directory === 'home' ? home : directory)).toMatchObject({ serverPid });
  });

  it('is not one that lacks the thread of our own session', () => {
    expect(located(800, home, 77)).toMatchObject({ serverPid: null, proven: false, level: 'none' });
  });
});
