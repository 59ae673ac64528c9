import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeOnMysql } from '../servers/index.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'dbvitals-cli-test-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

function cli(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: {
      ...process.env,
      HOME: home,
      DBVITALS_CONFIG: join(home, 'config.yaml'),
      DBVITALS_DATA_DIR: join(home, 'data'),
    },
  });
  return { status, stdout, stderr };
}

describe('statements of MySQL and MariaDB', () => {
  it.each([
    ['mysql', '8.0.36', 'sessions-mysql/80022.sql', 'mariadb'],
    ['mysql', '5.7.44', 'sessions-mysql/50709.sql', 'mariadb'],
    ['mariadb', '10.11', 'sessions-mariadb/100600.sql', '-mysql/'],
  ])('%s %s', (product, version, has, hasNot) => {
    const { stdout } = cli('statements', product, '--server-version', version, '--json');
    const files = (JSON.parse(stdout) as { items: { file: string }[] }).items.map(({ file }) => file);
    expect(files).toContain(has);
    expect(files.filter((file) => file.includes(hasNot))).toEqual([]);
  });

  it('refuses what is no version', () => {
    expect(cli('statements', 'mysql', '--server-version', 'new')).toMatchObject({ status: 2 });
  });
});

for (const version of ['mysql-9.7', 'mariadb-10.11'] as const) {
  describeOnMysql('the command line', { version }, (server) => {
    const as = (user: string, password: string) => ['--url', server().url('', user, password)] as const;

    it('discovers the server with its version and data directory', () => {
      const { items } = JSON.parse(cli('discover', '--json').stdout) as { items: Record<string, unknown>[] };
      expect(items.find(({ pid }) => pid === server().pid)).toMatchObject({
        engine: 'mysql',
        flavour: server().flavour,
        version: expect.stringContaining(version.split('-')[1] ?? ''),
        port: server().port,
        dataDirectory: server().dataDirectory,
      });
    });

    it('examines a login and names what is missing with its account', () => {
      const good = cli('doctor', ...as('dbvitals', 'watching'), '--json');
      expect(good.status).toBe(0);
      expect(JSON.parse(good.stdout)).toMatchObject({
        local: { proven: true, level: 'per-session' },
        readOnly: { proven: true },
      });
      const poor = cli('doctor', ...as('poor', 'nothing')).stdout;
      expect(poor).toContain("GRANT PROCESS ON *.* TO 'poor'@'%';");
    });

    it('answers with sessions and connections, idle ones and limits included', async () => {
      const idle = await server().connect('shop');
      const sessions = cli('sessions', ...as('dbvitals', 'watching'), '--json');
      const report = JSON.parse(sessions.stdout) as { items: { sessionId: string }[] };
      expect(report.items.map(({ sessionId }) => sessionId)).toContain(String(idle.threadId));
      const used = cli('connections', ...as('dbvitals', 'watching')).stdout;
      expect(used).toMatch(/of 151 used/);
      expect(used).toMatch(/root/);
      idle.destroy();
    });

    it('ends with the code and the remedy of what went wrong', () => {
      const refused = cli('sessions', ...as('dbvitals', 'hunter2'));
      expect(refused).toMatchObject({ status: 3, stdout: '' });
      expect(refused.stderr).toMatch(/Access denied/);
      expect(refused.stderr).not.toContain('hunter2');
      const poor = cli('sessions', ...as('poor', 'nothing'));
      expect(poor).toMatchObject({ status: 4, stdout: '' });
      expect(poor.stderr).toMatch(/remedy: GRANT .* TO 'poor'@'%';/);
    });
  });
}
