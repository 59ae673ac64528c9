import { statementIdOf } from '../core/ids.js';
import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import { SessionKeys, taskOf } from '../core/session-key.js';
import type { AttributionTick, Attributor, UsageEntry } from '../core/usage.js';
import { Counted } from './counted.js';
import { type Amount, add, addDuration, Entries, type OpenEntry } from './entries.js';
import { Evidence } from './evidence.js';
import { GroupKeys } from './group-keys.js';
import { EndedWorkers } from './parallel.js';
import { merged, type Pool } from './pool.js';
import { Readers } from './readers.js';
import { wakeUpsOf } from './run-queue.js';
import { Settlement } from './settle.js';
import { sharedAmounts } from './shared.js';
import { Spans } from './spans.js';
import { addWait } from './waits.js';

/** The ledger of one instance. docs/attribution.md says how each figure is obtained and how far it can be trusted. */
export function createAttributor(options: { readonly instance: string }): Attributor {
  return new Ledger(options.instance);
}

/** Without a reading of the counters for this long, samples decide. */
const COUNTERS_STALE_MS = 120_000;

class Ledger implements Attributor {
  readonly #entries: Entries;
  readonly #spans = new Spans();
  readonly #evidence: Evidence;
  readonly #workers = new EndedWorkers();
  readonly #readers = new Readers();
  readonly #settlement: Settlement;
  readonly #pools = new Map<string, Pool>();
  readonly #keys = new SessionKeys();
  readonly #counted = new Counted();
  #countersAtMs = Number.NEGATIVE_INFINITY;

  constructor(instance: string) {
    const groups = new GroupKeys();
    this.#entries = new Entries(instance, (digest) => statementIdOf(instance, digest), groups);
    this.#evidence = new Evidence(groups);
    this.#settlement = new Settlement(this.#entries, this.#evidence);
  }

  tick(input: AttributionTick): void {
    this.#entries.begin(input.atMs);
    const byId = new Map<string, SessionRow>();
    if (input.ioInFlight !== null || input.sessionReads || input.sessions.some(isWorker))
      for (const session of input.sessions) byId.set(session.id, session);
    const unlisted = new Set(input.processes.keys());
    const othersRead = this.#readers.observe(input, byId);
    for (const session of input.sessions) {
      const task = taskOf(session);
      const cost = task === null ? null : (input.processes.get(task) ?? null);
      if (task !== null && cost !== null) unlisted.delete(task);
      if (othersRead && session.backendType === 'io worker') {
        if (cost !== null) this.#readers.hold(cost);
      } else this.#session(input, session, cost, byId);
    }
    // Processes of the instance that the server lists nowhere: logger, archiver, a backend still starting.
    // Where statements start workers by the second, they are workers that began since the sessions were read.
    for (const pid of unlisted) {
      const cost = input.processes.get(pid);
      if (cost === undefined || input.sharedTasks?.has(pid)) continue;
      if (!this.#workers.takeUnlisted(pid, amountOf(cost), this.#entries))
        add(this.#entries.background(input.taskNames?.get(pid) ?? 'unlisted'), amountOf(cost));
    }
    for (const [running, amount] of sharedAmounts(input))
      if (running === null) add(this.#entries.unattributed(), amount);
      else this.#addToPool(this.#keys.of(running), running, amount, 1, running.digest, input.elapsedMs);
    this.#workers.counted(input.statements ?? []);
    this.#workers.share(input.endedCpuNs, this.#entries);
    this.#readers.endTick(input, byId, this.#entries);
    this.#spans.endTick();
    this.#evidence.endTick(input.sessions);
    if (input.statements === null) return;
    this.#countersAtMs = input.atMs;
    this.#counted.add(input.statements);
  }

  drain(atMs: number): readonly UsageEntry[] {
    const counted = this.#counted.take();
    if (counted !== null) {
      const pools = [...this.#pools.values()];
      for (const pool of pools) this.#evidence.used(pool);
      this.#settlement.settle(merged(pools), counted);
      this.#pools.clear();
    } else if (atMs - this.#countersAtMs > COUNTERS_STALE_MS) this.#settleBySamples();
    return this.#entries.drain(atMs);
  }

  reset(): void {
    this.#counted.take();
    this.#settleBySamples();
    this.#spans.clear();
    this.#evidence.clear();
    this.#workers.clear();
    this.#readers.giveAll(this.#entries);
    this.#readers.clear();
  }

  #session(
    input: AttributionTick,
    session: SessionRow,
    cost: ProcessCost | null,
    byId: ReadonlyMap<string, SessionRow>,
  ): void {
    if (input.ownSessionIds.has(session.id)) {
      if (cost !== null) add(this.#entries.session('monitor', session), amountOf(cost));
    } else if (session.kind === 'parallelWorker') {
      this.#worker(input, session, cost, byId.get(session.leaderId ?? ''));
    } else if (session.kind === 'client') {
      this.#client(input, session, cost);
    } else if (cost !== null) {
      add(this.#entries.background(session.backendType), amountOf(cost));
    }
  }

  /** A worker's cost is its leader's statement's. */
  #worker(
    input: AttributionTick,
    worker: SessionRow,
    cost: ProcessCost | null,
    leader: SessionRow | undefined,
  ): void {
    const digest = leader?.digest ?? worker.digest;
    const owner = leader ?? worker;
    if (digest === null || digest === undefined) {
      if (cost !== null) add(this.#entries.background(worker.backendType), amountOf(cost));
      return;
    }
    const entry = this.#entries.statement(owner, digest);
    const ageMs = input.atMs + input.clockOffsetMs - (worker.startedAtMs ?? 0);
    const elapsedMs = Math.max(0, Math.min(input.elapsedMs, ageMs));
    this.#workers.saw(owner, digest, worker.waitClass === 'cpu', cost?.cpuNs ?? 0, elapsedMs);
    if (cost === null) return;
    add(entry, amountOf(cost));
    entry.exactCpuNs += cost.cpuNs;
    seen(entry, worker, cost, input.elapsedMs);
  }

  #client(input: AttributionTick, session: SessionRow, cost: ProcessCost | null): void {
    const key = this.#keys.of(session);
    const span = this.#spans.observe(key, session, input.atMs + input.clockOffsetMs, input.elapsedMs);
    this.#evidence.observe(key, session, cost, span.elapsedMs / Math.max(1, input.elapsedMs));
    if (span.ended !== null) {
      const { digest, durationMs, seenMs } = span.ended;
      if (durationMs >= 0) addDuration(this.#entries.statement(session, digest), durationMs);
      this.#settlement.credit(digest, seenMs);
    }
    const digest = session.state === 'active' ? session.digest : null;
    if (digest !== null) {
      const entry = this.#entries.statement(session, digest);
      entry.samples += 1;
      this.#workers.ran(session, digest);
      seen(entry, session, cost, input.elapsedMs);
      if (span.exact && cost !== null) {
        add(entry, amountOf(cost));
        entry.exactCpuNs += cost.cpuNs;
        return;
      }
    }
    if (cost !== null) this.#pool(key, session, cost, digest, span.elapsedMs);
  }

  #pool(key: string, session: SessionRow, cost: ProcessCost, digest: string | null, elapsedMs: number): void {
    this.#addToPool(key, session, amountOf(cost), wakeUpsOf(cost), digest, elapsedMs);
  }

  #addToPool(
    key: string,
    session: SessionRow,
    amount: Amount,
    wakeUps: number,
    digest: string | null,
    elapsedMs: number,
  ): void {
    if (amount.cpuNs === 0 && !amount.readBytes && !amount.writeBytes) return;
    const known = this.#pools.get(key);
    const pool = known ?? {
      key,
      session,
      cpuNs: 0,
      runQueueNs: 0,
      wakeUps: 0,
      readBytes: null,
      writeBytes: null,
      inFlightMs: new Map<string, number>(),
    };
    pool.cpuNs += amount.cpuNs;
    pool.runQueueNs += amount.runQueueNs;
    pool.wakeUps += wakeUps;
    if (amount.readBytes !== null) pool.readBytes = (pool.readBytes ?? 0) + amount.readBytes;
    if (amount.writeBytes !== null) pool.writeBytes = (pool.writeBytes ?? 0) + amount.writeBytes;
    if (digest !== null) pool.inFlightMs.set(digest, (pool.inFlightMs.get(digest) ?? 0) + elapsedMs);
    if (known === undefined) this.#pools.set(key, pool);
  }

  #settleBySamples(): void {
    for (const pool of this.#pools.values()) this.#settlement.settleBySamples(pool);
    this.#pools.clear();
  }
}

function isWorker({ kind }: SessionRow): boolean {
  return kind === 'parallelWorker';
}

/** A sample of a running statement: its waits and the memory it holds. */
function seen(entry: OpenEntry, session: SessionRow, cost: ProcessCost | null, tickMs: number): void {
  addWait(entry, session, cost, tickMs);
  const anon = cost?.anonBytes ?? null;
  if (anon !== null && anon > (entry.anonPeakBytes ?? -1)) entry.anonPeakBytes = anon;
  if (session.tempBytes !== null && session.tempBytes > (entry.tempPeakBytes ?? -1))
    entry.tempPeakBytes = session.tempBytes;
}

function amountOf(cost: ProcessCost): Amount {
  return {
    cpuNs: cost.cpuNs,
    runQueueNs: cost.runQueueNs ?? 0,
    readBytes: cost.readBytes,
    writeBytes: cost.writeBytes,
  };
}
