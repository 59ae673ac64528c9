import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';
import { asDocumented, root, sections } from './documented.js';

describe('the page', () => {
  it('describes no shape that nothing gives', () => {
    const { stdout } = spawnSync('grep', ['-rhoE', `'dbvitals\\.[a-z-]+/[0-9]+'`, join(root, 'src')], {
      encoding: 'utf8',
    });
    const given = stdout
      .trim()
      .split('\n')
      .map((each) => each.slice(1, -1));
    expect([...sections.keys()].filter((name) => !given.includes(name))).toEqual([]);
  });
});

describeOnPostgres('every shape', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  let home = '';
  let window = { since: '', until: '' };
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'dbvitals-json-test-'));
    await createLogins(server());
    const url = server().url('postgres', 'dbvitals');
    writeFileSync(join(home, 'config.yaml'), `instances: [{ name: prod, url: "${url}" }]\n`, { mode: 0o600 });
    const since = new Date().toISOString();
    await using monitor = open();
    await monitor.addDatabase({ name: 'prod', type: 'postgresql', connectionString: url });
    await monitor.start();
    const client = await server().connect('postgres', 'postgres', 'json');
    await waitFor('a statement in the report', async () => {
      await client.query('SELECT count(*) FROM generate_series(1, 100000)');
      const { items } = await monitor.getQueryResourceUsage({ database: 'prod' });
      return items.some(({ kind, calls }) => kind === 'statement' && (calls ?? 0) > 0) ? true : null;
    });
    asDocumented(await monitor.getOverhead());
    asDocumented(await monitor.getCapabilities({ database: 'prod' }));
    asDocumented(await monitor.discoverInstances());
    window = { since, until: new Date().toISOString() };
    await client.end();
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const open = () => new DatabaseResourceMonitor({ dataDir: join(home, 'data') });
  const cli = (...args: string[]) => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli/main.js'), ...args, '--json'],
      {
        encoding: 'utf8',
        env: {
          ...process.env,
          DBVITALS_CONFIG: join(home, 'config.yaml'),
          DBVITALS_DATA_DIR: join(home, 'data'),
        },
      },
    );
    expect(stderr).toBe('');
    return JSON.parse(stdout) as { schema: string; items?: object[]; generatedAt?: string };
  };

  it.each([
    ['queries', 'prod'],
    ['sessions', 'prod'],
    ['connections', 'prod'],
    ['discover'],
    ['doctor', 'prod'],
    ['test', 'prod'],
    ['list'],
    ['statements', 'postgresql'],
    ['store', 'info'],
    ['store', 'sql', 'SELECT 1 AS one'],
    ['top', '--once', 'prod'],
  ])('%s is as documented', (...args) => {
    const answers = ['queries', 'sessions', 'connections'].includes(args[0] ?? '');
    asDocumented(cli(...args, ...(answers ? ['--since', window.since, '--until', window.until] : [])));
  });

  it('is what the library returns', async () => {
    await using monitor = open();
    const options = { database: 'prod', ...window };
    const flags = ['prod', '--since', window.since, '--until', window.until];
    const same = (fromCli: { generatedAt?: string }, report: { generatedAt: string }) => {
      const { engine: _, ...library } = JSON.parse(JSON.stringify(report)) as Record<string, unknown>;
      expect({ ...library, generatedAt: fromCli.generatedAt }).toEqual(
        Object.fromEntries(Object.entries(fromCli).filter(([name]) => name !== 'engine')),
      );
    };
    same(cli('queries', ...flags), await monitor.getQueryResourceUsage(options));
    same(cli('sessions', ...flags), await monitor.getSessions(options));
    same(cli('connections', ...flags), await monitor.getConnectionUsage(options));
  });
});
