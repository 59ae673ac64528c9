import { describe, expect, it } from 'vitest';
import { ThreadTracker } from '../../src/collector/thread-tracker.js';
import type { HostReader } from '../../src/core/host.js';
import type { ProcessReading } from '../../src/core/process.js';
import type { SessionRow } from '../../src/core/session.js';

const SERVER = 100;

/** A process whose threads used so many ms of CPU; the process's total counts the ended ones too. */
function hostOf(
  threads: Map<number, number>,
  ended: { ms: number },
  names: ReadonlyMap<number, string> = new Map(),
) {
  const reading = (tid: number): ProcessReading =>
    ({ pid: tid, startTicks: 1, cpuNs: (threads.get(tid) ?? 0) * 1e6, runQueueNs: 0 }) as ProcessReading;
  return {
    threads: () => [...threads.keys()],
    readThreads: (_pid: number, tids: readonly number[]) =>
      new Map(tids.filter((tid) => threads.has(tid)).map((tid) => [tid, reading(tid)])),
    readProcesses: () => new Map(),
    processCpuNs: () => ([...threads.values()].reduce((sum, ms) => sum + ms, 0) + ended.ms) * 1e6,
    describe: (tid: number) => ({ command: names.get(tid) ?? 'mysqld', startedAtMs: 0 }),
  } as unknown as HostReader;
}

const session = (id: number, osTid: number, state: SessionRow['state']) =>
  ({ id: String(id), kind: 'client', backendType: 'client', state, osTid, osPid: SERVER }) as SessionRow;

describe('ThreadTracker', () => {
  it('gives what a vanished thread used last, and not what idle ones have not been asked for yet', () => {
    const threads = new Map([
      [SERVER, 0],
      [201, 0],
      [202, 0],
      [203, 0],
    ]);
    const ended = { ms: 0 };
    const tracker = new ThreadTracker(hostOf(threads, ended), SERVER, true);
    const sessions = [session(1, 201, 'active'), session(2, 202, 'idle'), session(3, 203, 'active')];
    let total = 0;
    const tick = (rows: readonly SessionRow[], atMs: number) => {
      const { costs, endedCpuNs } = tracker.read(rows, atMs);
      total += endedCpuNs + [...costs.values()].reduce((sum, { cpuNs }) => sum + cpuNs, 0);
      return endedCpuNs;
    };
    tick(sessions, 0);
    threads.set(201, 100).set(202, 300).set(203, 40);
    expect(tick(sessions, 1000)).toBe(0);
    // 203 works on for 60 ms and ends; the idle 202 had its 300 ms meanwhile.
    threads.delete(203);
    ended.ms = 100;
    expect(tick(sessions.slice(0, 2), 2000)).toBe(60e6);
    for (let at = 3; at < 15; at += 1) tick(sessions.slice(0, 2), at * 1000);
    expect(total).toBe(500e6);
  });

  it('names threads by the kernel, one name for all of a kind, and a pool by its threads', () => {
    const threads = new Map([
      [SERVER, 0],
      [301, 0],
      [302, 0],
      [303, 0],
    ]);
    const names = new Map([
      [301, 'ib_io_rd-1'],
      [302, 'worker_thread'],
      [303, 'iou-wrk-100'],
    ]);
    const bound = new ThreadTracker(hostOf(threads, { ms: 0 }, names), SERVER, true).read([], 0);
    expect([...bound.names.values()]).toEqual(['ib_io_rd', 'worker_thread', 'iou-wrk']);
    expect(bound.shared.size).toBe(0);
    const pool = new ThreadTracker(hostOf(threads, { ms: 0 }, names), SERVER, false);
    expect([...pool.read([], 0).shared]).toEqual([302]);
    const [row] = pool.mapPids([session(1, 302, 'active')]);
    expect(row).toMatchObject({ osPid: SERVER, osTid: 0 });
  });
});
