import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QueriesReport } from '../../src/core/query-report.js';
import type { ConnectionsReport, SessionsReport } from '../../src/core/session-report.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';
import { CommandLine } from './command-line.js';

describe('arguments that cannot be meant', () => {
  let cli: CommandLine;
  beforeAll(() => {
    cli = new CommandLine();
  });
  afterAll(() => cli[Symbol.dispose]());
  it.each([
    ['queries', '--limit', 'x'],
    ['queries', '--limit', '-1'],
    ['deadlocks', '--limit', '0'],
    ['demo', '--seconds', 'soon'],
    ['collect', '--log-level', 'loud'],
  ])('%s %s %s is refused', (...args) => {
    expect(cli.run(args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(args[1]) });
  });

  it('collect takes no password in its arguments, where everybody could read it', () => {
    const { status, stderr } = cli.run(['collect', '--url', 'postgresql://u:hunter2@127.0.0.1:1/x']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/password.*\n.*remedy: .*--password-stdin/);
    expect(stderr).not.toContain('hunter2');
  });

  it('top --once tells by its exit code that an instance could not be seen', () => {
    const { status, stdout } = cli.run(['top', '--once', '--url', 'postgresql://u@127.0.0.1:1/x']);
    expect(status).toBe(3);
    expect(stdout).toContain('adhoc');
  });

  it('add and remove say in JSON what is configured then', () => {
    const added = cli.json('add', 'one', 'postgresql://u@127.0.0.1:1/x');
    const item = { name: 'one', url: 'postgresql://u@127.0.0.1:1/x', password: expect.any(String) };
    expect(added).toEqual({ schema: 'dbvitals.instances/1', items: [item] });
    expect(cli.json('remove', 'one')).toEqual({ schema: 'dbvitals.instances/1', items: [] });
  });
});

describeOnPostgres('answers', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = new CommandLine();
    await createLogins(server());
    expect(cli.run(['add', 'prod', server().url('postgres', 'dbvitals')]).status).toBe(0);
  });
  afterAll(() => cli[Symbol.dispose]());

  it('filter what they list; shares and the use of the limit stay the whole instance’s', async () => {
    const collecting = cli.start('collect');
    const web = await server().connect('postgres', 'postgres', 'web');
    const batch = await server().connect('postgres', 'postgres', 'batch');
    const burn = 'SELECT count(*) FROM generate_series(1, 300000)';
    const of = (application: string) =>
      cli.json<QueriesReport>('queries', 'prod', '--since', '10m', '--application', application);
    await waitFor(
      'both applications in the store',
      async () => {
        await Promise.all([web.query(burn), batch.query(`${burn}; ${burn}`)]);
        const known = ['web', 'batch'].map((name) => of(name).items.some(({ cpuMs }) => (cpuMs ?? 0) > 50));
        return known.every(Boolean) ? true : null;
      },
      60_000,
    );
    const part = of('web');
    const whole = cli.json<QueriesReport>('queries', 'prod', '--since', '10m');
    const sum = part.items.reduce((all, { cpuShare }) => all + (cpuShare ?? 0), 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(0.9);
    expect(part.coverage.cpuTotalMs).toBeGreaterThan(0.5 * (whole.coverage.cpuTotalMs ?? 0));

    const all = cli.json<ConnectionsReport>('connections', 'prod');
    const only = cli.json<ConnectionsReport>('connections', 'prod', '--application', 'web');
    expect(only.items.map(({ application }) => application)).toEqual(['web']);
    expect(only.used).toBeGreaterThanOrEqual(2);
    expect(all.items.length).toBeGreaterThanOrEqual(2);
    // Who reads beside the collector has not connected: what it found out is kept.
    expect(all.reserved).toBe(3);

    // Nine that came one after the other are never nine at a time.
    for (let n = 0; n < 9; n += 1) {
      const short = await server().connect('postgres', 'postgres', `short${n}`);
      await short.query('SELECT pg_sleep(1.1)');
      await short.end();
    }
    const window = await waitFor('the short ones in the store', () => {
      const report = cli.json<ConnectionsReport>('connections', 'prod', '--since', '10m');
      return report.items.some(({ application }) => application === 'short8') ? report : null;
    });
    expect(window.items.length).toBeGreaterThan(9);
    expect(window.used).toBeGreaterThanOrEqual(3);
    expect(window.used).toBeLessThan(9);
    collecting.kill('SIGTERM');
    expect(await collecting.ended).toBe(0);

    // Nobody collects: what is stored is not now.
    await batch.end();
    const late = await server().connect('postgres', 'postgres', 'late');
    const now = await waitFor(
      'what is stored to be old',
      () => {
        const report = cli.json<SessionsReport>('sessions', 'prod');
        return report.items.some(({ application }) => application === 'late') ? report : null;
      },
      60_000,
    );
    expect(now.items.map(({ application }) => application)).not.toContain('batch');
    await web.end();
    await late.end();
  }, 180_000);
});
