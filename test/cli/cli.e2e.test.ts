import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
const PASSWORD = 'hunter2-geheim';
let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'dbvitals-cli-test-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const environment = () => ({
  ...process.env,
  HOME: home,
  DBVITALS_CONFIG: join(home, 'config.yaml'),
  DBVITALS_DATA_DIR: join(home, 'data'),
  CI: '',
});
const cli = (args: readonly string[], input = '') => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: 'utf8',
    env: environment(),
    input,
  });
  return { status, stdout, stderr };
};

describe('the command line', () => {
  it('helps: every command has a description and examples', () => {
    const help = cli(['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    const commands = [...help.stdout.matchAll(/^ {2}([a-z]+) .*\[/gm)]
      .map((match) => match[1] as string)
      .filter((name) => name !== 'help');
    expect(commands).toEqual([
      'demo',
      'collect',
      'top',
      'queries',
      'sessions',
      'locks',
      'deadlocks',
      'connections',
      'discover',
      'add',
      'list',
      'remove',
      'test',
      'doctor',
      'statements',
      'store',
    ]);
    for (const command of commands)
      expect(cli([command, '--help']).stdout, command).toMatch(/Examples:\n {2}\$ dbvitals/);
  });

  it.each([
    [['querys'], 2, /unknown command.*\n.*queries/],
    [['queries', '--colour'], 2, /unknown option/],
    [['queries', '--sort', 'beauty'], 2, /Allowed choices/],
    [['queries'], 2, /no instance is configured[\s\S]*dbvitals discover/],
    [['list', '--config', '/nowhere/c.yaml'], 2, /there is no file \/nowhere\/c.yaml[\s\S]*dbvitals add/],
    [['add', 'x'], 2, /needs a url, or a type[\s\S]*--type postgresql/],
    [['add', 'x', 'mysql://m@db1', '--host', 'db2'], 2, /either url, or host without it/],
    [['add', 'x', '--type', 'mysql', '--tls', 'perhaps'], 2, /Allowed choices/],
    [['add', 'x', '--type', 'mysql', '--port', '70000'], 2, /port: /],
    [['add', 'x', '--type', 'mysql', '--host', 'me@else/where'], 2, /host: a host name/],
    [['add', 'x', '--type', 'access'], 2, /type: /],
    [
      ['add', 'x', 'postgresql://m@db1/x', '--pooler', 'postgresql://s:hunter2@db1/pgbouncer'],
      2,
      /holds a password/,
    ],
    [['queries', 'nobody'], 2, /no instance nobody/],
    [['queries', '--url', 'nonsense'], 2, /not a URL/],
    [['store', 'burn'], 2, /info/],
    [['store', 'sql', 'DROP TABLE x'], 2, /only a SELECT/],
    [['statements', 'access'], 2, /no engine access/],
    [['doctor', '--url', 'postgresql://u@127.0.0.1:1/x'], 3, /connection refused[\s\S]*remedy: check host/],
    [['queries', '--url', 'postgresql://u@127.0.0.1:1/x'], 3, /connection refused/],
  ])('%j ends with %i', (args, status, message) => {
    const run = cli(args);
    expect(run.stderr).toMatch(message);
    expect(run.status).toBe(status);
  });

  it('prints errors as JSON where JSON was asked for', () => {
    const { stderr, stdout } = cli(['queries', '--json']);
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toEqual({
      error: { code: 'INSTANCE_UNKNOWN', message: expect.any(String), remedy: expect.any(String) },
    });
  });

  it('adds an instance by its parts, with TLS and a pooler, to a file that it makes', () => {
    const file = ['--config', join(home, 'parts.yaml')];
    const tls = ['--tls', 'verify-full', '--tls-ca', '/etc/ssl/db.pem'];
    const parts = ['--type', 'mysql', '--host', 'db2', '--port', '3307', '--user', 'web shop', ...tls];
    const { status } = cli(['add', 'shop', ...parts, '--pooler', 'mysql://stats@db2:6032', ...file]);
    expect(status).toBe(0);
    const { items } = JSON.parse(cli(['list', '--json', ...file]).stdout);
    expect(items).toMatchObject([
      {
        name: 'shop',
        url: 'mysql://web%20shop@db2:3307?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fdb.pem',
      },
    ]);
    expect(readFileSync(join(home, 'parts.yaml'), 'utf8')).toContain('pooler: mysql://stats@db2:6032');
  });

  it('prints every statement that would run, as a DBA can paste it', () => {
    const old = cli(['statements', 'postgresql', '--server-version', '12']).stdout;
    expect(old).toContain('/* dbvitals:sessions */');
    expect(old).not.toContain('query_id::text');
    const items = (
      JSON.parse(cli(['statements', 'postgresql', '--json']).stdout) as {
        items: { file: string; sql: string }[];
      }
    ).items;
    expect(items.map(({ file }) => file)).toContain('sessions/14.sql');
  });

  it('ends quietly when the reader of a pipe goes away, and colours no pipe', async () => {
    const child = spawn(
      'sh',
      ['-c', `"${process.execPath}" "${MAIN}" statements postgresql | head -1; echo "\${PIPESTATUS:-0}"`],
      { env: environment() },
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    await once(child, 'close');
    expect(complaint).toBe('');
    expect(output).not.toContain('\u001b');
  });

  it('finds the servers of this host without a login', () => {
    const report = JSON.parse(cli(['discover', '--json']).stdout) as { schema: string; items: unknown[] };
    expect(report).toMatchObject({ schema: 'dbvitals.discover/1', items: expect.any(Array) });
  });
});

describeOnPostgres('the command line on a server', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  const url = () => server().url('postgres', 'dbvitals');
  beforeAll(async () => {
    await createLogins(server());
    const client = await server().connect();
    await client.query('CREATE ROLE "evil\u001b[31m<b>" LOGIN');
    await client.end();
  });

  it('add takes the password into the vault, list and the file never show it, remove forgets it', () => {
    const added = cli(['add', 'prod', url().replace('dbvitals@', `dbvitals:${PASSWORD}@`)]);
    expect(added).toMatchObject({ status: 0, stdout: expect.stringContaining('vault') });
    expect(readFileSync(join(home, 'config.yaml'), 'utf8')).not.toContain(PASSWORD);
    const shown = cli(['list']).stdout + cli(['list', '--json']).stdout;
    expect(shown).toContain('prod');
    expect(shown).not.toContain(PASSWORD);
    expect(cli(['add', 'prod', url()])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('already'),
    });
    expect(cli(['test', 'prod'])).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^prod: postgresql 18\.\d+, local, read-only login\n$/),
    });
  });

  it('doctor says what is known, and the remedy for the rest', () => {
    const { status, stdout } = cli(['doctor', 'prod']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/local +yes +system identifier/);
    expect(stdout).toMatch(/read-only +yes/);
    expect(stdout).toMatch(/no +io\.timing: .*\n +remedy: ALTER SYSTEM SET track_io_timing/);
  });

  it('collects, ends cleanly on SIGTERM, shows no secret; queries, sessions and SQL answer from what is stored', async () => {
    const evil = await server().connect('postgres', 'evil\u001b[31m<b>', 'app\u001b[2J');
    const child = spawn(process.execPath, [MAIN, 'collect'], { env: environment() });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    await waitFor('the collector', () => (log.includes('"collecting"') ? true : null));
    expect(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8')).not.toContain(PASSWORD);
    expect(cli(['collect', '--once'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`process ${child.pid}`),
    });
    await waitFor('stored sessions', () => {
      const { items } = JSON.parse(cli(['sessions', 'prod', '--json']).stdout || '{"items":[]}') as {
        items: unknown[];
      };
      return items.length >= 2 ? true : null;
    });
    const sessions = cli(['sessions', 'prod']).stdout;
    expect(sessions).toContain('<b>');
    expect(sessions).not.toContain('\u001b');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    expect(log).not.toContain(PASSWORD);
    for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(JSON.parse(cli(['queries', 'prod', '--json']).stdout)).toMatchObject({
      schema: 'dbvitals.queries/1',
      instance: 'prod',
      coverage: { cpuTotalMs: expect.any(Number) },
    });
    expect(cli(['connections', 'prod']).stdout).toMatch(/of 100 used/);
    expect(cli(['store', 'info']).stdout).toMatch(/session_samples +\d+/);
    const [row] = (
      JSON.parse(cli(['store', 'sql', 'SELECT count(*) AS n FROM instance_ticks', '--json']).stdout) as {
        items: { n: string }[];
      }
    ).items;
    expect(Number(row?.n)).toBeGreaterThan(1);
    await evil.end();
  });

  it('top --once is a picture of now', () => {
    const { status, stdout } = cli(['top', '--once', '--url', url()]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/adhoc {2}CPU \d+ %/);
    expect(stdout).toContain('dbvitals');
    const { cpuPercent, overhead } = JSON.parse(cli(['top', '--once', '--json', '--url', url()]).stdout);
    expect(cpuPercent).toBeGreaterThan(0);
    expect(overhead.cpuMs).toBeGreaterThan(0);
  });

  it('queries judges: exit code 1 when something as severe was found', async () => {
    const client = await server().connect();
    const busy = client
      .query('SELECT count(*) FROM (SELECT generate_series(1, 100000000000)) AS busy')
      .catch(() => {});
    const judged = (severity: string) =>
      cli(['queries', '--url', url(), '--sample', '3s', '--fail-on', severity]).status;
    expect(judged('warning')).toBe(1);
    expect(judged('critical')).toBe(0);
    const other = await server().connect();
    await other.query('SELECT pg_cancel_backend($1)', [
      (client as unknown as { processID: number }).processID,
    ]);
    await busy;
    await Promise.all([client.end(), other.end()]);
  });

  it('remove forgets the instance', () => {
    expect(cli(['remove', 'prod']).status).toBe(0);
    expect(cli(['list']).stdout).toContain('no instance is configured');
  });
});
