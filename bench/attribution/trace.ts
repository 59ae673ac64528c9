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
  /** Of the digests that the truth knows. */
  readonly texts: ReadonlyMap<string, string | null>;
}

/** A server under a load, and who knows the truth about it. */
export interface Subject {
  readonly engine: Engine;
  connect(): Promise<Connection>;
  tracker(host: HostReader): Tracker;
  startLoad(): ChildProcess;
  /** Cumulative; `sessions` are those of the newest tick. */
  readTruth(sessions: readonly SessionRow[]): Promise<Truth>;
}

const call = () => ({ signal: new AbortController().signal, deadlineMs: 5_000 });

/** Idle sessions are read every tenth tick: after this many all that the load used is known. */
const LAST_TICKS = 11;

/**
 * Ticks as the product takes them, once a second, between two readings of the truth. The load begins after the first and
 * has ended before the second, because the servers count an execution when it ends.
 */
export async function record(subject: Subject, seconds: number): Promise<Trace> {
  const load = subject.startLoad();
  await said(load);
  const host = openHost();
  await using connection = await subject.connect();
  const recorder = new Recorder(subject, connection, host);
  await recorder.tick();
  const before = await subject.readTruth(recorder.sessions);
  load.stdin?.write('go\n');
  const began = performance.now();
  for (let n = 1; n <= seconds; n += 1) {
    await sleep(Math.max(0, began + n * 1_000 - performance.now()));
    await recorder.tick();
  }
  load.stdin?.write('stop\n');
  await said(load);
  for (let n = 0; n < LAST_TICKS; n += 1) {
    await sleep(100);
    await recorder.tick();
  }
  const after = await subject.readTruth(recorder.sessions);
  load.stdin?.end();
  await once(load, 'exit');
  host.close();
  const cpuNs = minus(after.cpuNs, before.cpuNs);
  const texts = await subject.engine.statementTexts(connection, 'bench', [...cpuNs.keys()], call());
  return {
    ticks: recorder.ticks,
    truth: { cpuNs, readBytes: minus(after.readBytes, before.readBytes) },
    texts: new Map(texts.map(({ digest, text }) => [digest, text])),
  };
}

/** What a load says next; an error once it has ended. */
async function said(load: ChildProcess): Promise<void> {
  if (load.exitCode !== null) throw new Error('the load ended by itself');
  const ended = new AbortController();
  load.once('exit', () => ended.abort(new Error('the load ended by itself')));
  await once(load.stdout as NodeJS.ReadableStream, 'data', { signal: ended.signal });
}

class Recorder {
  readonly ticks: AttributionTick[] = [];
  readonly #tracker: Tracker;
  readonly #deltas = new StatementDeltas();
  readonly #canonical: ReturnType<typeof canonicalDigests>;

  constructor(
    private readonly subject: Subject,
    private readonly connection: Connection,
    host: HostReader,
  ) {
    this.#tracker = subject.tracker(host);
    this.#canonical = canonicalDigests(subject.engine, connection);
  }

  get sessions(): readonly SessionRow[] {
    return this.ticks.at(-1)?.sessions ?? [];
  }

  async tick(): Promise<void> {
    const { engine } = this.subject;
    const atMs = Date.now();
    const monotonicMs = performance.now();
    const { sessions: raw = [], serverNowMs = atMs } = await ask(engine, this.connection, 'sessions', atMs);
    const mapped = this.#tracker.mapPids(raw);
    const { costs, endedCpuNs, names, shared } = this.#tracker.read(mapped, monotonicMs);
    const sessions = await this.#canonical(mapped);
    const { statements } = await ask(engine, this.connection, 'statements', atMs);
    const last = this.ticks.at(-1);
    this.ticks.push({
      atMs,
      elapsedMs: last === undefined ? 0 : atMs - last.atMs,
      clockOffsetMs: serverNowMs - atMs,
      sessions,
      ownSessionIds: new Set(this.connection.ownSessionIds),
      processes: costs,
      endedCpuNs,
      statements: statements === undefined ? null : this.#deltas.next(statements, atMs),
      ioInFlight: null,
      taskNames: names,
      sharedTasks: shared,
    });
  }
}

/** The load runs in a process of its own, so that it is not counted as the monitor's. */
export function spawnLoad(script: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
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
