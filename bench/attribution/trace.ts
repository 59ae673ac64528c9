import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StatementDeltas } from '../../src/collector/statement-deltas.js';
import type { Tracker } from '../../src/collector/tracker.js';
import type { Connection, Engine } from '../../src/core/engine.js';
import type { HostReader } from '../../src/core/host.js';
import type { ProbeTick } from '../../src/core/probe.js';
import type { SessionRow } from '../../src/core/session.js';
import type { AttributionTick } from '../../src/core/usage.js';
import { openHost } from '../../src/host/index.js';

/** What each digest really used in the window. */
export interface Truth {
  readonly cpuNs: ReadonlyMap<string, number>;
  readonly readBytes: ReadonlyMap<string, number>;
}

export interface Trace {
  readonly ticks: readonly AttributionTick[];
  readonly truth: Truth;
}

/** A server under a load, and who knows the truth about it. */
export interface Subject {
  readonly engine: Engine;
  connect(): Promise<Connection>;
  tracker(host: HostReader): Tracker;
  startLoad(): ChildProcess;
  /** Each tick's sessions. */
  observe(sessions: readonly SessionRow[]): void;
  /** Cumulative; `sessions` are those of the newest tick. */
  readTruth(sessions: readonly SessionRow[]): Promise<Truth>;
}

const call = () => ({ signal: new AbortController().signal, deadlineMs: 5_000 });

/** Ticks as the product takes them, once a second, between two readings of the truth. */
export async function record(subject: Subject, seconds: number): Promise<Trace> {
  const load = subject.startLoad();
  await once(load.stdout as NodeJS.ReadableStream, 'data');
  await sleep(3_000);
  const host = openHost();
  await using connection = await subject.connect();
  const tracker = subject.tracker(host);
  const deltas = new StatementDeltas();
  const canonical = canonicalDigests(subject.engine, connection);
  const ticks: AttributionTick[] = [];
  let before: Truth | null = null;
  let after: Truth | null = null;
  const began = performance.now();
  for (let n = 0; n <= seconds; n += 1) {
    await sleep(Math.max(0, began + n * 1_000 - performance.now()));
    const atMs = Date.now();
    const monotonicMs = performance.now();
    const { sessions: raw = [], serverNowMs = atMs } = await ask(
      subject.engine,
      connection,
      'sessions',
      atMs,
    );
    const mapped = tracker.mapPids(raw);
    const { costs, endedCpuNs, names, shared } = tracker.read(mapped, monotonicMs);
    const sessions = await canonical(mapped);
    const { statements } = await ask(subject.engine, connection, 'statements', atMs);
    const last = ticks.at(-1);
    ticks.push({
      atMs,
      elapsedMs: last === undefined ? 0 : atMs - last.atMs,
      clockOffsetMs: serverNowMs - atMs,
      sessions,
      ownSessionIds: new Set(connection.ownSessionIds),
      processes: costs,
      endedCpuNs,
      statements: statements === undefined ? null : deltas.next(statements, atMs),
      ioInFlight: null,
      taskNames: names,
      sharedTasks: shared,
    });
    subject.observe(sessions);
    before ??= await subject.readTruth(sessions);
    if (n === seconds) after = await subject.readTruth(sessions);
  }
  load.kill('SIGTERM');
  await once(load, 'exit');
  host.close();
  const [first, last] = [before as Truth, after as Truth];
  return {
    ticks,
    truth: { cpuNs: minus(last.cpuNs, first.cpuNs), readBytes: minus(last.readBytes, first.readBytes) },
  };
}

/** The load runs in a process of its own, so that it is not counted as the monitor's. */
export function spawnLoad(script: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** A probe that this server does not offer finds nothing. */
async function ask(engine: Engine, connection: Connection, name: string, atMs: number) {
  const probe = engine.probes.find((each) => each.name === name);
  const { facts } = connection;
  const tick: ProbeTick = { instance: 'bench', facts, atMs, waiterIds: [], activeIds: [] };
  const selected = probe?.select(facts);
  if (probe === undefined || selected === undefined || 'unavailable' in selected) return {};
  return probe.toRecords(await connection.query(selected, [], call()), tick);
}

/** Digests of raw texts folded into those of their normalised texts, as the collector does. */
function canonicalDigests(engine: Engine, connection: Connection) {
  const known = new Map<string, string>();
  return async (sessions: readonly SessionRow[]): Promise<readonly SessionRow[]> => {
    const unseen = [...new Set(sessions.flatMap(({ digest }) => digest ?? []))].filter(
      (each) => !known.has(each),
    );
    const texts = unseen.length === 0 ? [] : await engine.statementTexts(connection, 'bench', unseen, call());
    for (const { digest, canonicalDigest } of texts) known.set(digest, canonicalDigest);
    return sessions.map((row) =>
      row.digest === null ? row : { ...row, digest: known.get(row.digest) ?? row.digest },
    );
  };
}

function minus(after: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...after].map(([digest, value]) => [digest, value - (before.get(digest) ?? 0)]));
}
