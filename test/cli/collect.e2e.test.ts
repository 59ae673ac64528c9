import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
const SECRET = 'hunter2-in-no-log';

describeOnPostgres('collect', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  let home = '';
  const children = new Set<ReturnType<typeof spawn>>();
  beforeAll(() => createLogins(server()));
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'dbvitals-collect-test-'));
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });

  const environment = () => ({
    ...process.env,
    HOME: home,
    DBVITALS_CONFIG: join(home, 'config.yaml'),
    DBVITALS_DATA_DIR: join(home, 'data'),
    DBVITALS_DEBUG: '1',
    DB_SECRET: SECRET,
  });
  const configure = (...urls: string[]) =>
    writeFileSync(
      join(home, 'config.yaml'),
      `instances:\n${urls.map((url, n) => `  - { name: db${n}, url: "${url}", password: { env: DB_SECRET } }\n`).join('')}`,
      { mode: 0o600 },
    );
  const cli = (...args: string[]) =>
    spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env: environment() });
  const collector = () => {
    const child = spawn(process.execPath, [MAIN, 'collect'], { env: environment() });
    children.add(child);
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
    const ended = once(child, 'exit') as Promise<[number | null]>;
    return {
      says: (what: string) => waitFor(what, () => (log.includes(what) ? true : null)),
      stop: async () => {
        child.kill('SIGTERM');
        const [code] = await ended;
        return { code, log };
      },
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
    };
  };
  const ticks = () => {
    const { stdout } = cli(
      'store',
      'sql',
      "SELECT count(*) AS n, count(DISTINCT at_ms) AS moments, max(at_ms) AS last FROM instance_ticks WHERE instance = 'db0'",
      '--json',
    );
    const [row] = (JSON.parse(stdout) as { items: { n: string; moments: string; last: string }[] }).items;
    return { n: Number(row?.n), moments: Number(row?.moments), lastMs: Number(row?.last) };
  };
  const url = () => server().url('postgres', 'dbvitals');

  it('ends at once and cleanly while a server does not answer, and leaves the directory to the next', async () => {
    const sockets: Socket[] = [];
    const hole = createServer((socket) => sockets.push(socket.on('error', () => {})));
    await new Promise<void>((done) => hole.listen(0, '127.0.0.1', done));
    const { port } = hole.address() as { port: number };
    configure(`postgresql://dbvitals@127.0.0.1:${port}/postgres`);
    const waiting = collector();
    await waitFor('its connection', () => (sockets.length > 0 ? true : null));
    const stopped = await waiting.stop();
    expect(stopped).toMatchObject({ code: 0, log: expect.stringContaining('"stopped"') });
    expect(stopped.log).not.toContain('DEADLINE_EXCEEDED');
    expect(existsSync(join(home, 'data/collector.lock'))).toBe(false);
    for (const socket of sockets) socket.destroy();
    hole.close();
  });

  it('loses no tick at SIGTERM, at most the last flush at kill -9, and goes on where it was', async () => {
    configure(url());
    const first = collector();
    await first.says('"collecting"');
    await waitFor('stored ticks', () => (existsSync(join(home, 'data/instance_ticks')) ? true : null));
    const askedMs = Date.now();
    expect((await first.stop()).code).toBe(0);
    const before = ticks();
    expect(before.n).toBe(before.moments);
    expect(askedMs - before.lastMs).toBeLessThan(2_500);
    const second = collector();
    await second.says('"collecting"');
    await waitFor('more ticks', () => (ticks().n > before.n ? true : null), 30_000);
    await second.kill();
    const killed = ticks();
    expect(killed.n).toBe(killed.moments);
    const third = collector();
    await third.says('"collecting"');
    const { code, log } = await third.stop();
    expect(code).toBe(0);
    const last = ticks();
    expect(last.n).toBeGreaterThanOrEqual(killed.n);
    expect(last.n).toBe(last.moments);
    for (const line of log.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(Number),
        time: expect.any(String),
        msg: expect.any(String),
      });
  }, 120_000);

  it('--once is for cron: it tells by its exit code whether every instance was seen', () => {
    configure(url());
    const good = cli('collect', '--once');
    expect(good.status).toBe(0);
    expect(ticks().n).toBeGreaterThanOrEqual(2);
    configure(url(), 'postgresql://dbvitals@127.0.0.1:1/postgres');
    const bad = cli('collect', '--once');
    expect(bad.status).toBe(3);
    expect(bad.stderr).toContain('CONNECT_FAILED');
  });

  it('keeps the password out of logs, of the stack of an error, of its command line and of what it stores', async () => {
    const admin = await server().connect();
    await admin.query("CREATE ROLE refused LOGIN PASSWORD 'another'");
    const hba = join(server().dataDirectory, 'pg_hba.conf');
    writeFileSync(hba, `host all refused 127.0.0.1/32 scram-sha-256\n${readFileSync(hba, 'utf8')}`);
    await admin.query('SELECT pg_reload_conf()');
    await admin.end();
    configure(server().url('postgres', 'refused'), url());
    const running = collector();
    await running.says('AUTHENTICATION_FAILED');
    const doctor = cli('doctor', 'db0');
    expect(doctor.status).toBe(3);
    expect(doctor.stderr).toMatch(/password authentication failed/);
    const sessions = cli('sessions', 'db0', '--json');
    const { log } = await running.stop();
    const stored = spawnSync('grep', ['-rlaF', SECRET, join(home, 'data'), join(home, 'config.yaml')]);
    expect(stored.stdout.toString()).toBe('');
    expect(log + doctor.stdout + doctor.stderr + sessions.stdout + sessions.stderr).not.toContain(SECRET);
  });
});
