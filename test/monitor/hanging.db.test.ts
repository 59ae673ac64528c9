import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import type { MonitorEvents } from '../../src/core/monitor-options.js';
import { openHost } from '../../src/host/index.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { startPostgresServer } from '../../src/lab/postgresql/index.js';
import { createLogins, describeOnPostgres, NEWEST, WITH_STATEMENTS } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

const LISTENER = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
  function () { console.log(this.address().port) })`;

/** A port whose SYNs the kernel drops: who listens there is stopped, and those that wait to be accepted are as many as may. */
async function blackHole(): Promise<{ port: number; close: () => void }> {
  const child: ChildProcess = spawn(process.execPath, ['-e', LISTENER]);
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const sockets: Socket[] = [];
  const close = () => {
    for (const socket of sockets) socket.destroy();
    child.kill('SIGKILL');
  };
  await waitFor('a SYN without an answer', async () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      new Promise((resolve) => setTimeout(() => resolve(false), 200)),
    ]);
    return answered ? null : true;
  });
  return { port, close };
}

describeOnPostgres('servers that do not answer', { version: NEWEST, ...WITH_STATEMENTS }, (server) => {
  it('one that hangs and one whose SYNs are lost hold up nobody, and one that goes on is watched again', async () => {
    const hanging = await startPostgresServer({ version: NEWEST });
    const hole = await blackHole();
    const host = openHost();
    const signal = (name: NodeJS.Signals) => {
      for (const pid of [hanging.pid, ...host.children(hanging.pid)]) process.kill(pid, name);
    };
    onTestFinished(async () => {
      signal('SIGCONT');
      hole.close();
      host.close();
      await hanging.stop();
    });
    await createLogins(server());
    await createLogins(hanging);
    await using monitor = new DatabaseResourceMonitor();
    const downs: MonitorEvents['down'][] = [];
    const ticks = new Map<string, number>();
    monitor.on('down', (event) => downs.push(event));
    monitor.on('tick', ({ instance }) => ticks.set(instance, (ticks.get(instance) ?? 0) + 1));
    const add = (name: string, connectionString: string) =>
      monitor.addDatabase({ name, type: 'postgresql', connectionString });
    await add('hanging', hanging.url('postgres', 'dbvitals'));
    await add('lost', `postgresql://dbvitals@127.0.0.1:${hole.port}/postgres`);
    await add('good', server().url('postgres', 'dbvitals'));
    await monitor.start();
    const more = async (name: string, count: number) => {
      const before = ticks.get(name) ?? 0;
      await waitFor(`${count} ticks of ${name}`, () =>
        (ticks.get(name) ?? 0) >= before + count ? true : null,
      );
    };
    const isDown = (name: string) =>
      waitFor(`${name} is down`, () => downs.find(({ instance }) => instance === name) ?? null);
    await more('hanging', 2);
    expect(await isDown('lost')).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      remedy: expect.stringContaining('firewall'),
    });
    signal('SIGSTOP');
    expect(await isDown('hanging')).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await more('good', 5);
    expect(downs.filter(({ instance }) => instance === 'good')).toEqual([]);
    signal('SIGCONT');
    await more('hanging', 2);
  }, 120_000);
});
