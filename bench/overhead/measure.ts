import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostReader } from '../../src/core/host.js';
import { openHost } from '../../src/host/index.js';
import { openStoreReader } from '../../src/store/index.js';
import { nameOf, startCollector } from './collector.js';
import type { Subject } from './subject.js';

const STEPS = 10;

/** Shares of the host's CPU that the collector, its sessions in the server, and the peers use at the same time. */
export async function measure(subject: Subject, seconds: number, say: (line: string) => void) {
  const host = openHost();
  const collector = await startCollector(subject.urls);
  const peers = subject.peers.map((peer) => ({ ...peer, child: peer.start() }));
  await sleep(5_000);
  const own = collector.child.pid as number;
  const monitors = ['dbvitals', ...peers.map(({ name }) => name)];
  const server = new Map(monitors.map((name) => [name, new Sum()]));
  const read = async () => {
    for (const [name, sum] of server) sum.add(await subject.serverCpuNs(host, name));
  };
  const before = {
    ownNs: treeNs(host, collector.child),
    peerNs: peers.map(({ child }) => treeNs(host, child)),
    peerLooks: await Promise.all(peers.map((peer) => peer.refreshes?.())),
    atMs: performance.now(),
    idleNs: (await host.read()).cpu.idleNs,
  };
  await read();
  const residentMb: number[] = [];
  for (let step = 0; step < STEPS; step += 1) {
    const until = performance.now() + (seconds * 1000) / STEPS;
    while (performance.now() < until) {
      await sleep(Math.min(1_000, Math.max(0, until - performance.now())));
      await read();
    }
    residentMb.push(Math.round((host.readProcesses([own]).get(own)?.residentBytes ?? 0) / 2 ** 20));
    say(`${Math.round(((step + 1) * seconds) / STEPS)} s: ${residentMb.at(-1)} MB resident`);
  }
  const peerLooks = await Promise.all(peers.map((peer) => peer.refreshes?.()));
  const elapsedNs = (performance.now() - before.atMs) * 1e6;
  const share = (ns: number) => Number(((100 * ns) / elapsedNs / cpus().length).toFixed(3));
  const figures = {
    seconds,
    hostBusyPercent: Number((100 - share((await host.read()).cpu.idleNs - before.idleNs)).toFixed(1)),
    monitorPercentOfHost: share(treeNs(host, collector.child) - before.ownNs),
    monitorServerPercentOfHost: share(server.get('dbvitals')?.ns ?? 0),
    residentMb: residentMb.join(' '),
  };
  const peerFigures: Record<string, number | string> = {};
  for (const [i, { name, child }] of peers.entries()) {
    if (child === null) peerFigures[name] = 'not installed';
    else {
      peerFigures[`${name}PercentOfHost`] = share(treeNs(host, child) - (before.peerNs[i] as number));
      peerFigures[`${name}ServerPercentOfHost`] = share(server.get(name)?.ns ?? 0);
      const looks = (peerLooks[i] ?? 0) - (before.peerLooks[i] ?? 0);
      // A peer that the load keeps from its second costs less a second, not less a look.
      if (looks > 0) peerFigures[`${name}SecondsPerRefresh`] = Number((elapsedNs / 1e9 / looks).toFixed(2));
    }
  }
  for (const peer of peers) {
    peer.stop?.();
    peer.child?.kill('SIGKILL');
  }
  collector.child.kill('SIGTERM');
  await once(collector.child, 'exit');
  await using reader = await openStoreReader({ directory: collector.directory });
  const always = { fromMs: 0, toMs: Date.now() };
  const ticks = await Promise.all(subject.urls.map((_, index) => reader.ticks(nameOf(index), always)));
  rmSync(collector.directory, { recursive: true, force: true });
  host.close();
  const lostTicks = ticks.reduce((sum, each) => sum + each.missedTicks, 0);
  return {
    own: { ...figures, ticks: ticks.reduce((sum, each) => sum + each.ticks, 0), lostTicks },
    peers: peerFigures,
  };
}

/** Increases of counters that come and go. */
class Sum {
  ns = 0;
  #last: ReadonlyMap<number, number> | null = null;

  add(current: ReadonlyMap<number, number>): void {
    for (const [task, ns] of this.#last === null ? [] : current) this.ns += ns - (this.#last?.get(task) ?? 0);
    this.#last = current;
  }
}

/** USER_HZ, the unit of /proc/[pid]/stat. */
const NS_PER_TICK = 1e7;

/** CPU of a process, of those it began, and of those of them that have ended and were waited for: merges run in a child. */
function treeNs(host: HostReader, child: ChildProcess | null): number {
  if (child?.pid === undefined) return 0;
  return descendants(host, child.pid).reduce((sum, pid) => sum + processNs(pid), 0);
}

/** utime, stime, cutime, cstime: together they are what the scheduler counted, all threads included, also ended ones. */
function processNs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * NS_PER_TICK, 0);
  } catch {
    return 0;
  }
}

function descendants(host: HostReader, pid: number): number[] {
  return [pid, ...host.children(pid).flatMap((child) => descendants(host, child))];
}
