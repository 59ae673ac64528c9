import type { Connection } from '../core/engine.js';
import type { LockReading } from '../core/locks.js';
import type { ProbeRecords, ProbeTick } from '../core/probe.js';
import type { SessionRow } from '../core/session.js';
import { LOCK_WAIT_CLASSES } from '../core/wait-class.js';
import type { Digests } from './digests.js';
import type { Directory } from './directory.js';
import type { CollectorPorts } from './ports.js';
import type { ProbeRunner } from './probe-runner.js';

const NOBODY: readonly string[] = [];

/** Names for the ids that rows of one connection carry, and texts for their new digests. */
export class Naming {
  /** Of the last tick, and as they were named. */
  #rows: readonly SessionRow[] = [];
  #named: readonly SessionRow[] = [];
  /** When the sessions of those rows began, once it was asked for. */
  #started: ReadonlyMap<string, number | null> | null = null;

  constructor(
    private readonly ports: CollectorPorts,
    private readonly connection: Connection,
    private readonly runner: ProbeRunner,
    private readonly directory: Directory,
    private readonly digests: Digests,
  ) {}

  /** The rows of a tick, with what the smaller probes and the newest reading of locks said. */
  async sessions(
    rows: readonly SessionRow[],
    more: ProbeRecords,
    blockedBy: ReadonlyMap<string, readonly string[]>,
    tick: ProbeTick,
    signal: AbortSignal,
  ): Promise<readonly SessionRow[]> {
    await this.#learn(rows, tick, signal);
    this.directory.findClients(rows, this.ports.host, tick.atMs);
    this.directory.keepClients(rows);
    const named: SessionRow[] = [];
    for (const row of rows) {
      const at = named.length;
      const same = row === this.#rows[at] ? this.#named[at] : undefined;
      const temp = more.tempBytes === undefined ? null : (more.tempBytes.get(row.id) ?? 0);
      named.push(this.#name(row, blockedBy.get(row.id) ?? NOBODY, temp, same));
    }
    this.#rows = rows;
    this.#named = named;
    this.#started = null;
    return named;
  }

  /** `same`: how it was named in the last tick, when the server said the same of it. */
  #name(
    row: SessionRow,
    blockedBy: readonly string[],
    tempBytes: number | null,
    same: SessionRow | undefined,
  ): SessionRow {
    const database = this.directory.database(row.database);
    const user = this.directory.user(row.user);
    const digest = this.directory.canonical(row.digest);
    if (
      same?.database === database &&
      same.user === user &&
      same.digest === digest &&
      same.blockedBy === blockedBy &&
      same.tempBytes === tempBytes
    )
      return same;
    // One spread and single fields: three spreads a row took a twentieth of the tick at a thousand sessions.
    return { ...row, database, user, digest, blockedBy, waitClass: waiting(row, blockedBy), tempBytes };
  }

  /** A reading of the locks of others than us. */
  async reading(
    reading: LockReading,
    own: ReadonlySet<string>,
    tick: ProbeTick,
    signal: AbortSignal,
  ): Promise<LockReading> {
    const sessions = reading.sessions.filter(({ id }) => !own.has(id));
    const locks = reading.locks.filter(({ sessionId }) => !own.has(sessionId));
    const edges = reading.edges.filter(
      ({ waiterId, blockerId }) => !own.has(waiterId) && !own.has(blockerId),
    );
    await this.#learn(sessions, tick, signal);
    const resources = [...edges, ...locks].map(({ resource }) => resource);
    try {
      await this.directory.learnRelations(this.connection, resources, tick.atMs, signal);
    } catch (error) {
      // A relation keeps its number where its name may not be read now.
      const { logger, target } = this.ports;
      logger.warn({ instance: target.name, error: (error as Error).message }, 'relations not named');
    }
    return {
      ...reading,
      sessions: sessions.map((row) => ({
        ...row,
        ...this.directory.named(row),
        startedAtMs: row.startedAtMs ?? this.#startOf(row.id),
      })),
      locks: locks.map((lock) => this.directory.onNamed(lock)),
      edges: edges.map((edge) => this.directory.onNamed(edge)),
    };
  }

  /** The same as in its samples, so that rows of locks and samples of one session have one id. */
  #startOf(id: string): number {
    this.#started ??= new Map(this.#rows.map((row) => [row.id, row.startedAtMs]));
    return this.#started.get(id) ?? this.connection.facts.startedAtMs;
  }

  async #learn(
    rows: readonly Pick<SessionRow, 'database' | 'user' | 'digest'>[],
    tick: ProbeTick,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.directory.lacksNames(rows)) await this.#learnNames(tick, signal);
    const unknown = new Set<string>();
    for (const { digest } of rows)
      if (digest !== null && !this.directory.knowsText(digest)) unknown.add(digest);
    if (unknown.size > 0) await this.digests.learnTexts(unknown, tick.atMs, signal);
  }

  async #learnNames(tick: ProbeTick, signal: AbortSignal): Promise<void> {
    const probe = this.runner.named('names');
    if (probe === null) return;
    const { names } = await this.runner.may(probe, tick, signal);
    if (names !== undefined) this.directory.setNames(names);
  }
}

/** Some servers show a lock wait in no state of the session; that somebody blocks it tells. */
function waiting({ waitClass }: SessionRow, blockedBy: readonly string[]): SessionRow['waitClass'] {
  return blockedBy.length === 0 || LOCK_WAIT_CLASSES.has(waitClass) ? waitClass : 'lockRow';
}
