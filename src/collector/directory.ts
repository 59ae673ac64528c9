import { dropFirst } from '../core/drop-first.js';
import type { Connection, Engine, RelationId, RelationName } from '../core/engine.js';
import type { ClientProcess, HostReader } from '../core/host.js';
import type { LockResource } from '../core/locks.js';
import type { ProbeRecords } from '../core/probe.js';
import type { SessionRow } from '../core/session.js';
import type { StatementText } from '../core/statement.js';
import { DEADLINES } from './deadlines.js';

/** New texts asked for in one tick, and client processes looked up: the rest waits for the next tick. */
const MOST_TEXTS = 200;
const MOST_CLIENTS = 20;
/** As many as pg_stat_statements keeps by default, twice. */
const MOST_KEPT_TEXTS = 10_000;
const NONE: ReadonlySet<string> = new Set();
const RETRY_MS = 60_000;
const CLIENT_RETRY_MS = 15_000;

type Names = NonNullable<ProbeRecords['names']>;

/** The client process of the session that has an id and began then. */
interface KnownClient {
  readonly startedAtMs: number | null;
  readonly found: ClientProcess | null;
  readonly retryAtMs: number;
}

/** What is learnt once and looked up every tick: names of databases and users, statement texts, client processes. */
export class Directory {
  #names: Names = { databases: new Map(), users: new Map() };
  readonly #texts = new Map<string, string | null>();
  readonly #byText = new Map<string, Set<string>>();
  readonly #own = new Set<string>();
  readonly #retryAtMs = new Map<string, number>();
  readonly #relations = new Map<string, { readonly name: RelationName | null; readonly retryAtMs: number }>();
  readonly #clients = new Map<string, KnownClient>();
  /** Engines that give one object for one resource are answered from here, until a name changes. */
  #namedResources = new WeakMap<LockResource, LockResource>();

  constructor(
    private readonly engine: Engine,
    private readonly instance: string,
  ) {}

  setNames(names: Names): void {
    this.#names = names;
    this.#namedResources = new WeakMap();
  }

  /** Some session belongs to a database or user without a name yet. */
  lacksNames(sessions: readonly Pick<SessionRow, 'database' | 'user'>[]): boolean {
    const { databases, users } = this.#names;
    // Most sessions have the database and user of the one before: comparing is cheaper than looking up.
    let lastDatabase: string | null = null;
    let lastUser: string | null = null;
    for (const { database, user } of sessions) {
      if (database !== lastDatabase && database !== null && !databases.has(database)) return true;
      if (user !== lastUser && user !== null && !users.has(user)) return true;
      lastDatabase = database;
      lastUser = user;
    }
    return false;
  }

  database(id: string | null): string | null {
    return id === null ? null : (this.#names.databases.get(id) ?? id);
  }

  user(id: string | null): string | null {
    return id === null ? null : (this.#names.users.get(id) ?? id);
  }

  /** The digest that one is folded into. */
  canonical(digest: string | null): string | null {
    return digest === null ? null : (this.#texts.get(digest) ?? digest);
  }

  /** Names for the ids of a session, and the digest that its own is folded into. */
  named({ database, user, digest }: Pick<SessionRow, 'database' | 'user' | 'digest'>) {
    return { database: this.database(database), user: this.user(user), digest: this.canonical(digest) };
  }

  /** Names of relations never seen, or not for a while: a relation may be renamed. Rejects as the round trip does. */
  async learnRelations(
    connection: Connection,
    resources: Iterable<LockResource>,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.engine.relationNames === undefined) return;
    const unseen = new Map<string, RelationId>();
    for (const { database, relation } of resources) {
      if (relation === null || unseen.size >= MOST_TEXTS) continue;
      const key = `${database}:${relation}`;
      if ((this.#relations.get(key)?.retryAtMs ?? 0) <= nowMs) unseen.set(key, { database, relation });
    }
    if (unseen.size === 0) return;
    const retryAtMs = nowMs + RETRY_MS;
    for (const key of unseen.keys())
      this.#relations.set(key, { name: this.#relations.get(key)?.name ?? null, retryAtMs });
    const call = { signal, deadlineMs: DEADLINES.texts };
    for (const name of await this.engine.relationNames(connection, [...unseen.values()], call))
      this.#relations.set(`${name.database}:${name.relation}`, { name, retryAtMs });
    this.#namedResources = new WeakMap();
  }

  /** A lock or an edge whose resource has its names. */
  onNamed<T extends { readonly resource: LockResource }>(of: T): T {
    let resource = this.#namedResources.get(of.resource);
    if (resource === undefined) {
      resource = this.#named(of.resource);
      this.#namedResources.set(of.resource, resource);
    }
    return { ...of, resource };
  }

  #named(resource: LockResource): LockResource {
    const { database, relation, index } = resource;
    const name = this.#relations.get(`${database}:${relation}`)?.name;
    return {
      ...resource,
      database: this.database(database),
      relation: name?.table ?? relation,
      index: name?.index ?? index,
    };
  }

  knowsText(digest: string): boolean {
    return this.#texts.has(digest);
  }

  /** One of the monitor's own statements. */
  isOwn(digest: string): boolean {
    return this.#own.has(digest);
  }

  /** Texts of digests never seen; empty when there is nothing new. */
  async learnTexts(
    connection: Connection,
    digests: ReadonlySet<string>,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<readonly StatementText[]> {
    const unseen = [...digests]
      .filter((digest) => !this.#texts.has(digest) && (this.#retryAtMs.get(digest) ?? 0) <= nowMs)
      .slice(0, MOST_TEXTS);
    if (unseen.length === 0) return [];
    for (const digest of unseen) this.#retryAtMs.set(digest, nowMs + RETRY_MS);
    const texts = await this.engine.statementTexts(connection, this.instance, unseen, {
      signal,
      deadlineMs: DEADLINES.texts,
    });
    for (const { digest, canonicalDigest, source, text, truncated } of texts) {
      if (source === 'monitor') this.#own.add(digest);
      else if (text !== null && !truncated) this.#keepText(text, canonicalDigest);
      this.#texts.set(digest, canonicalDigest);
      this.#retryAtMs.delete(digest);
    }
    return texts;
  }

  /** Digests whose text is this one, with literals taken out by whomever. */
  digestsOf(text: string): ReadonlySet<string> {
    return this.#byText.get(this.engine.textKey(text)) ?? NONE;
  }

  #keepText(text: string, digest: string): void {
    const key = this.engine.textKey(text);
    const known = this.#byText.get(key) ?? new Set();
    this.#byText.delete(key);
    this.#byText.set(key, known.add(digest));
    dropFirst(this.#byText, MOST_KEPT_TEXTS);
  }

  /** Local client processes, a few per tick; one that was not found is looked for again later. */
  findClients(sessions: readonly SessionRow[], host: HostReader, nowMs: number): void {
    let left = MOST_CLIENTS;
    for (const session of sessions) {
      if (left === 0) return;
      // A server of threads has one process for all its Unix sockets: which one is whose cannot be told.
      if (session.kind !== 'client' || session.osPid === null) continue;
      if (session.osTid !== null && session.clientPort === null) continue;
      if ((this.#known(session)?.retryAtMs ?? 0) > nowMs) continue;
      left -= 1;
      const found = host.findClient({
        serverPid: session.osPid,
        address: session.clientAddress,
        port: session.clientPort,
      });
      const retryAtMs = found === null ? nowMs + CLIENT_RETRY_MS : Number.POSITIVE_INFINITY;
      this.#clients.set(session.id, { startedAtMs: session.startedAtMs, found, retryAtMs });
    }
  }

  client(session: SessionRow): ClientProcess | null {
    return this.#known(session)?.found ?? null;
  }

  /** Servers reuse ids. */
  #known({ id, startedAtMs }: SessionRow): KnownClient | null {
    const known = this.#clients.get(id);
    return known?.startedAtMs === startedAtMs ? known : null;
  }

  /** Forgets clients of sessions that ended. */
  keepClients(sessions: readonly SessionRow[]): void {
    if (this.#clients.size < 2 * sessions.length + 100) return;
    const live = new Set(sessions.map(({ id }) => id));
    for (const id of this.#clients.keys()) if (!live.has(id)) this.#clients.delete(id);
  }
}
