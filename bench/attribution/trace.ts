import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { ProcessTracker } from '../../src/collector/process-tracker.js';
import { StatementDeltas } from '../../src/collector/statement-deltas.js';
import { targetOf } from '../../src/config/index.js';
import { silentLogger } from '../../src/core/logger.js';
import type { ProbeTick } from '../../src/core/probe.js';
import type { AttributionTick } from '../../src/core/usage.js';
import { loadEngine } from '../../src/engines/registry.js';
import { openHost } from '../../src/host/index.js';
import type { PrivatePostgres } from '../../src/lab/postgresql/index.js';

/** What the executor used per digest, as pg_stat_kcache counted it in the window. */
export interface Truth {
  readonly cpuNs: ReadonlyMap<string, number>;
  readonly readBytes: ReadonlyMap<string, number>;
}

export interface Trace {
  readonly ticks: readonly AttributionTick[];
  readonly truth: Truth;
}

/** Ticks as the product takes them, once a second, between two readings of the truth. The first ones only warm up. */
export async function record(
  server: PrivatePostgres,
  workload: string,
  seed: number,
  seconds: number,
): Promise<Trace> {
  const load = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'load.ts'), String(server.port), workload, String(seed)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(load.stdout, 'data');
  await sleep(3_000);
  const host = openHost();
  const engine = await loadEngine('postgresql');
  const signal = new AbortController().signal;
  await using connection = await engine.connect(targetOf('bench', server.url('postgres', 'dbvitals')), {
    signal,
    deadlineMs: 5_000,
    logger: silentLogger,
  });
  const tracker = new ProcessTracker(host, server.pid);
  const deltas = new StatementDeltas();
  const probes = new Map(engine.probes.map((probe) => [probe.name, probe]));
  const ask = async (name: string, atMs: number) => {
    const probe = probes.get(name);
    const tick: ProbeTick = {
      instance: 'bench',
      facts: connection.facts,
      atMs,
      waiterIds: [],
      activeIds: [],
    };
    const selected = probe?.select(connection.facts);
    if (probe === undefined || selected === undefined || 'unavailable' in selected)
      throw new Error(`no probe ${name}`);
    return probe.toRecords(await connection.query(selected, [], { signal, deadlineMs: 5_000 }), tick);
  };
  const admin = await server.connect();
  const ticks: AttributionTick[] = [];
  let before: Truth | null = null;
  const began = performance.now();
  for (let n = 0; n <= seconds; n += 1) {
    await sleep(Math.max(0, began + n * 1_000 - performance.now()));
    const atMs = Date.now();
    const monotonicMs = performance.now();
    const { sessions = [], serverNowMs = atMs } = await ask('sessions', atMs);
    const { costs, endedCpuNs } = tracker.read(sessions, monotonicMs);
    const { statements } = await ask('statements', atMs);
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
    });
    before ??= await readTruth(admin);
  }
  const after = await readTruth(admin);
  load.kill('SIGTERM');
  await once(load, 'exit');
  await admin.end();
  host.close();
  return {
    ticks,
    truth: { cpuNs: minus(after.cpuNs, before?.cpuNs), readBytes: minus(after.readBytes, before?.readBytes) },
  };
}

/** The load's statements only; kcache's own linux_hz is set so that short statements are not rounded up to wall time. */
async function readTruth(admin: pg.Client): Promise<Truth> {
  const { rows } = await admin.query<{ digest: string; cpu: string; reads: string }>(
    `SELECT k.queryid::text AS digest, sum((k.exec_user_time + k.exec_system_time) * 1e9)::text AS cpu, sum(k.exec_reads)::text AS reads
     FROM pg_stat_kcache() AS k JOIN pg_roles AS r ON r.oid = k.userid WHERE r.rolname = 'load' AND k.top GROUP BY 1`,
  );
  return {
    cpuNs: new Map(rows.map(({ digest, cpu }) => [digest, Number(cpu)])),
    readBytes: new Map(rows.map(({ digest, reads }) => [digest, Number(reads)])),
  };
}

function minus(
  after: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number> | undefined,
): Map<string, number> {
  return new Map([...after].map(([digest, value]) => [digest, value - (before?.get(digest) ?? 0)]));
}
