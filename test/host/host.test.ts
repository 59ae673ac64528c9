import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ProcessDescription } from '../../src/core/host.js';
import { systemClock } from '../../src/core/system-clock.js';
import { recognise } from '../../src/host/discovery/recognise.js';
import { discoverInstances, hostSamples, openHost } from '../../src/host/index.js';
import { describeNeeding, itNeeding } from '../needs.js';
import { waitFor } from '../servers/wait-for.js';

const notLinux = process.platform === 'linux' ? null : 'reads /proc of Linux';

describeNeeding(notLinux, 'this host', () => {
  it('measures a burning child as on CPU, and drops it when it is gone', async () => {
    const host = openHost();
    const child = spawn(process.execPath, ['-e', 'for (;;) {}']);
    const pid = child.pid as number;
    const reading = () => host.readProcesses([pid]).get(pid);
    const first = await waitFor('the child', () => reading() ?? null);
    await waitFor('100 ms of CPU', () => ((reading()?.cpuNs ?? 0) - first.cpuNs > 100e6 ? true : null));
    expect(reading()).toMatchObject({
      pid,
      startTicks: first.startTicks,
      readBytes: expect.any(Number),
      anonBytes: expect.any(Number),
    });
    expect(host.children(process.pid)).toContain(pid);
    expect(host.describe(pid)).toMatchObject({
      parentPid: process.pid,
      commandLine: expect.stringContaining('for (;;)'),
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(reading()).toBeUndefined();
    expect(host.describe(pid)).toBeNull();
    host.close();
  });

  it('sees all children of a process that has more than a page of them', async () => {
    const host = openHost();
    const parent = spawn('sh', ['-c', 'for i in $(seq 900); do sleep 60 & done; echo up; wait'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const pid = parent.pid as number;
    try {
      await once(parent.stdout as NodeJS.ReadableStream, 'data');
      expect(host.children(pid)).toHaveLength(900);
      expect(host.children(pid)).toHaveLength(900);
    } finally {
      process.kill(-pid, 'SIGKILL');
      await once(parent, 'exit');
      host.close();
    }
  });

  it('works with few descriptors', () => {
    const host = openHost({ maxDescriptors: 5 });
    for (let round = 0; round < 20; round += 1) expect(host.readProcesses([1, process.pid]).size).toBe(2);
    host.close();
  });

  it('finds the process at the other end of a TCP connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const client = spawn(process.execPath, ['-e', `require('node:net').connect(${port}, '127.0.0.1')`]);
    const [socket] = (await once(server, 'connection')) as [import('node:net').Socket];
    const host = openHost();
    const found = host.findClient({
      serverPid: process.pid,
      address: '127.0.0.1',
      port: socket.remotePort as number,
    });
    expect(found).toMatchObject({ pid: client.pid, container: null });
    client.kill('SIGKILL');
    socket.destroy();
    server.close();
    host.close();
  });

  it('tells clients of two servers apart that have the same port', async () => {
    const wait =
      "require('node:net').createServer(() => console.log('accepted')).listen(0, '127.0.0.1', function () { console.log(this.address().port) })";
    const servers = [1, 2].map(() => spawn(process.execPath, ['-e', wait]));
    const ports = await Promise.all(
      servers.map(async ({ stdout }) => Number(String((await once(stdout, 'data'))[0]))),
    );
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port: localPort } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const clients: ChildProcess[] = [];
    for (const [index, port] of ports.entries()) {
      const accepted = once((servers[index] as (typeof servers)[number]).stdout, 'data');
      const connect = `require('node:net').connect({ host: '127.0.0.1', port: ${port}, localPort: ${localPort} }).on('connect', () => console.log('up'))`;
      const client = spawn(process.execPath, ['-e', connect]);
      clients.push(client);
      await Promise.all([accepted, once(client.stdout, 'data')]);
      // The other server's is not there yet: it must not be given this one.
      const early = openHost();
      const other = { serverPid: servers[1]?.pid as number, address: '127.0.0.1', port: localPort };
      expect(early.findClient(other)?.pid ?? null).toBe(index === 0 ? null : client.pid);
      early.close();
    }
    const host = openHost();
    const found = servers.map(({ pid }) =>
      host.findClient({ serverPid: pid as number, address: '127.0.0.1', port: localPort }),
    );
    expect(found.map((client) => client?.pid)).toEqual(clients.map(({ pid }) => pid));
    for (const child of [...servers, ...clients]) child.kill('SIGKILL');
    host.close();
  });

  it('reads the whole host as increases and gauges', async () => {
    const host = openHost();
    const before = await host.read();
    const after = await waitFor('a clock tick', async () => {
      const next = await host.read();
      return next.cpu.idleNs + next.cpu.userNs > before.cpu.idleNs + before.cpu.userNs ? next : null;
    });
    const samples = hostSamples(before, after);
    expect(samples.find(({ name }) => name === 'memory.availableBytes')).toMatchObject({
      kind: 'gauge',
      value: expect.any(Number),
    });
    expect(samples.filter(({ value }) => value < 0)).toEqual([]);
    expect(samples.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['cpu.userNs', 'load1', 'contextSwitches']),
    );
    host.close();
  });
});

describe('elsewhere than on Linux', () => {
  it('says that processes cannot be seen, and what of the host can', () => {
    const host = openHost({ platform: 'darwin' });
    expect(host.readProcesses([process.pid]).size).toBe(0);
    expect(host.describe(process.pid)).toBeNull();
    expect(host.capabilities).toEqual([
      expect.objectContaining({ capability: 'os.processes', available: false }),
      expect.objectContaining({
        capability: 'os.host',
        reason: expect.stringContaining('load, disks together'),
      }),
    ]);
    host.close();
  });

  it('finds no servers, and says why', async () => {
    const host = openHost({ platform: 'darwin' });
    await expect(
      discoverInstances({ host, clock: systemClock, signal: new AbortController().signal }),
    ).rejects.toMatchObject({ code: 'CAPABILITY_UNAVAILABLE', exitCode: 4, remedy: 'dbvitals add NAME URL' });
    host.close();
  });

  // The library reads this Linux by ways of its own, so both must see the same host.
  itNeeding(notLinux, 'gives the totals that /proc gives', async () => {
    const [proc, library] = [openHost(), openHost({ platform: 'freebsd' })];
    const [expected, found] = [await proc.read(), await library.read()];
    expect(found.memory.totalBytes).toBe(expected.memory.totalBytes);
    expect(found.cpuCount).toBe(expected.cpuCount);
    const near = (value: number | null | undefined) => expect.closeTo(value ?? -1, -Math.log10(2e9 * 2));
    expect(found.cpu).toEqual({
      userNs: expect.any(Number),
      systemNs: expect.any(Number),
      idleNs: near(expected.cpu.idleNs),
      ioWaitNs: null,
      stealNs: null,
    });
    const loopback = (reading: typeof found) => reading.interfaces.find(({ name }) => name === 'lo');
    expect(loopback(found)?.receivedBytes).toBeGreaterThanOrEqual(loopback(expected)?.receivedBytes ?? -1);
    const later = await waitFor('a clock tick', async () => {
      const next = await library.read();
      return next.cpu.idleNs + next.cpu.userNs > found.cpu.idleNs + found.cpu.userNs ? next : null;
    });
    const names = hostSamples(found, later).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['cpu.userNs', 'load1', 'memory.availableBytes', 'interface.receivedBytes']),
    );
    expect(names.filter((name) => /pressure|contextSwitches|busyMs/.test(name))).toEqual([]);
    proc.close();
    library.close();
  });

  it('knows nothing of what the library cannot say, and nothing is 0', async () => {
    const silent = {
      mem: async () => Promise.reject(new Error('no such program')),
      fsStats: async () => null,
      disksIO: async () => null,
      networkStats: async () => [],
    };
    const host = openHost({ platform: 'win32', systemLibrary: async () => silent as never });
    const reading = await host.read();
    expect(reading).toMatchObject({ load1: null, disks: [], interfaces: [] });
    expect(Object.values(reading.memory).filter((value) => value !== null)).toEqual([]);
    expect(hostSamples(reading, reading).map(({ name }) => name)).not.toContain('load1');
    expect(host.capabilities.find(({ capability }) => capability === 'os.host')?.reason).not.toContain(
      'load',
    );
    host.close();
  });
});

describe('recognising servers', () => {
  const described = (command: string, commandLine: string): ProcessDescription => ({
    pid: 2,
    parentPid: 1,
    startTicks: 0,
    startedAtMs: 0,
    uid: 0,
    commandLine,
    command,
    executable: null,
    workingDirectory: '/srv/data',
    namespacePid: null,
    cgroup: null,
    container: null,
  });

  it.each([
    [
      'postgres',
      '/usr/lib/postgresql/15/bin/postgres -D /srv/pg -p 5433',
      { engine: 'postgresql', dataDirectory: '/srv/pg', port: 5433 },
    ],
    [
      'mysqld',
      '/usr/sbin/mysqld --datadir=/srv/my --port=3307 --socket=/run/my.sock',
      { engine: 'mysql', flavour: 'mysql', port: 3307 },
    ],
    ['mariadbd', '/usr/sbin/mariadbd', { engine: 'mysql', flavour: 'mariadb', dataDirectory: '/srv/data' }],
    ['ora_pmon_ORCL', 'ora_pmon_ORCL', { engine: 'oracle', name: 'ORCL' }],
  ])('%s', (command, line, expected) => {
    expect(recognise(described(command, line), described('systemd', '/sbin/init'))).toMatchObject(expected);
  });

  it('takes the engine and not the watchdog of SQL Server, the postmaster and not its children', () => {
    const sqlservr = described('sqlservr', '/opt/mssql/bin/sqlservr');
    expect(recognise(sqlservr, sqlservr)).toMatchObject({ engine: 'sqlserver' });
    expect(recognise(sqlservr, described('systemd', 'init'))).toBeNull();
    expect(
      recognise(described('postgres', 'postgres: checkpointer'), described('postgres', 'postgres')),
    ).toBeNull();
    expect(recognise(described('bash', 'grep postgres'), null)).toBeNull();
  });
});
