import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { ConnectionsReport, QueriesReport, SessionsReport } from '../../src/index.js';
import { asDocumented } from '../docs/documented.js';
import { describeOnMysql } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';
import { CommandLine } from './command-line.js';

/** Each step is several processes, of ten seconds and more where the machine has no CPU free. */
vi.setConfig({ testTimeout: 400_000 });

const SERVERS = [{ version: 'mysql-9.7' }, { version: 'mariadb-11.8' }] as const;
/** Runs on a thread of its own until the test ends it. */
const BUSY = 'SELECT BENCHMARK(1000000000000, SHA2(RAND(), 512)) AS spinning';

for (const options of SERVERS) {
  describeOnMysql('a configured instance', options, (server) => {
    let cli: CommandLine;
    let busy: Connection;
    let idle: Connection;
    beforeAll(async () => {
      cli = new CommandLine();
      const admin = await server().connect();
      await admin.query("CREATE USER `web.shop é`@'%'; GRANT ALL ON shop.* TO `web.shop é`@'%'");
      await admin.end();
      busy = await server().connect('shop', 'web.shop é');
      idle = await server().connect('shop', 'web.shop é');
      busy.query(BUSY).catch(() => {});
    });
    afterAll(() => {
      busy.destroy();
      idle.destroy();
      cli[Symbol.dispose]();
    });
    const url = () => server().url('', 'dbvitals');
    const idOf = (client: Connection) => String(client.threadId);

    it('is added with its password in the vault, and never shows it', () => {
      const added = cli.run(['add', 'prod', url(), '--password-stdin'], 'watching\n');
      expect(added).toMatchObject({ status: 0, stdout: expect.stringContaining('vault'), stderr: '' });
      expect(readFileSync(join(cli.home, 'config.yaml'), 'utf8')).not.toContain('watching');
      expect(cli.run(['list']).stdout).toContain('prod');
      const again = cli.run(['add', 'prod', url()]);
      expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('already') });
    });

    it('can be tested, and examined with a remedy for what is unknown', () => {
      const version = options.version.split('-')[1]?.replace('.', '\\.');
      expect(cli.run(['test', 'prod'])).toMatchObject({
        status: 0,
        stdout: expect.stringMatching(
          new RegExp(`^prod: (mysql|mariadb) ${version}\\.\\S+, local, read-only login\\n$`),
        ),
      });
      const { status, stdout } = cli.run(['doctor', 'prod']);
      expect(status).toBe(0);
      expect(stdout).toMatch(/local +yes +our own session is thread \d+ of process \d+/);
      expect(stdout).toMatch(/read-only +yes/);
      expect(stdout).toMatch(/no +connections\.userLimits: .*\n +remedy: GRANT SELECT .* TO 'dbvitals'@'%';/);
    });

    it('is seen by top as it is now: who runs what, on which thread, at which cost', () => {
      const { status, stdout } = cli.run(['top', 'prod', '--once']);
      expect(status).toBe(0);
      expect(stdout).toMatch(/prod {2}CPU \d+ %/);
      expect(stdout).toMatch(new RegExp(`\\b${idOf(busy)} .*web\\.shop é.*active.*cpu`));
      const report = cli.json<SessionsReport>('top', 'prod');
      asDocumented(report);
      const session = report.items.find(({ sessionId }) => sessionId === idOf(busy));
      expect(session).toMatchObject({
        user: 'web.shop é',
        database: 'shop',
        state: 'active',
        waitClass: 'cpu',
        osPid: server().pid,
        osTid: expect.any(Number),
        client: { pid: process.pid },
      });
      expect(session?.cpuPercent).toBeGreaterThan(0);
      expect(session?.text).toMatch(/BENCHMARK/i);
    });

    it('answers from what was collected: queries, sessions and connections', async () => {
      const collecting = cli.start('collect');
      const statement = await waitFor(
        'the busy statement to be stored',
        () => {
          const { stdout } = cli.run(['queries', 'prod', '--json', '--since', '10m']);
          const { items } = JSON.parse(stdout || '{"items":[]}') as QueriesReport;
          return items.find(({ text, cpuMs }) => /BENCHMARK/i.test(text ?? '') && (cpuMs ?? 0) > 100) ?? null;
        },
        120_000,
      );
      expect(statement).toMatchObject({ user: 'web.shop é', database: 'shop', kind: 'statement' });
      expect(cli.run(['queries', 'prod', '--since', '10m']).stdout).toMatch(/BENCHMARK/i);
      const stored = ['prod', '--since', '10m'];
      // Increases need two readings of the server's counters.
      await waitFor(
        'counters to be stored twice',
        () => {
          const { stdout } = cli.run(['connections', ...stored, '--json']);
          return (JSON.parse(stdout) as ConnectionsReport).failures;
        },
        120_000,
      );
      collecting.kill('SIGTERM');
      expect(await collecting.ended).toBe(0);

      asDocumented(cli.json<QueriesReport>('queries', ...stored));
      const sessions = cli.json<SessionsReport>('sessions', ...stored);
      asDocumented(sessions);
      const states = Object.fromEntries(sessions.items.map((item) => [item.sessionId, item.state]));
      expect(states).toMatchObject({ [idOf(busy)]: 'active', [idOf(idle)]: 'idle' });
      const connections = cli.json<ConnectionsReport>('connections', ...stored);
      asDocumented(connections);
      expect(connections).toMatchObject({ max: 151, failures: { refusedByLimit: 0 } });
      expect(connections.items.find(({ user }) => user === 'web.shop é')).toMatchObject({
        active: 1,
        idle: 1,
        client: { pid: process.pid },
      });
      expect(cli.run(['connections', ...stored]).stdout).toMatch(/of 151 used/);
    });

    it('is forgotten', () => {
      expect(cli.run(['remove', 'prod']).status).toBe(0);
      expect(cli.run(['queries', 'prod'])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('no instance prod'),
      });
    });
  });
}
