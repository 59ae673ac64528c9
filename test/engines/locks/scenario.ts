import type pg from 'pg';
import type { LockReading } from '../../../src/core/locks.js';
import type { PrivatePostgres } from '../../../src/lab/postgresql/index.js';
import { waitFor } from '../../servers/wait-for.js';

/**
 * Steps, one session letter each: `A: SQL` must end, `A~ SQL` must wait for a lock, `A! SQL` must fail, `A> SQL` runs on
 * and is not awaited. Edges: `B>A` hard, `B=>A` soft, with the kind of resource after a space where it matters.
 */
export interface Scenario {
  readonly name: string;
  readonly steps: readonly string[];
  readonly edges: readonly string[];
  /** Who stands at the ends of all chains: sessions, or `prepared:<name>`. */
  readonly roots: readonly string[];
  /** Run after all sessions are gone. */
  readonly cleanup?: readonly string[];
  readonly since?: number;
  /** Waits on its own server processes, which the letters do not name: `autovacuum`. */
  readonly waitForBackend?: string;
}

/** What pg_blocking_pids says of a prepared transaction. */
const PREPARED = 0;

export class Stage {
  readonly #clients = new Map<string, pg.Client>();

  constructor(
    private readonly server: PrivatePostgres,
    private readonly observer: pg.Client,
  ) {}

  async play({ steps, waitForBackend }: Scenario): Promise<void> {
    if (waitForBackend !== undefined) await this.#backend(waitForBackend);
    for (const step of steps) {
      const [, letter = '', how = '', sql = ''] = /^(\w+)([:~!>]) ([\s\S]*)$/.exec(step) ?? [];
      const client = await this.#client(letter);
      const running = client.query(sql);
      if (how === ':') await running;
      else if (how === '!')
        await running.then(
          () => Promise.reject(new Error(`${step} did not fail`)),
          () => {},
        );
      else running.catch(() => {});
      if (how === '~') await this.#waits(letter, step, waitForBackend !== undefined);
    }
  }

  /** Letters for the pids of sessions; what has none (autovacuum, prepared transactions) keeps its id or its kind. */
  name(id: string, reading: LockReading): string {
    for (const [letter, client] of this.#clients) if (pidOf(client) === id) return letter;
    const type = reading.sessions.find((session) => session.id === id)?.backendType;
    return type === 'autovacuum worker' ? 'autovacuum' : id;
  }

  edges(reading: LockReading, kinds: boolean): string[] {
    return reading.edges
      .map(({ waiterId, blockerId, kind, resource }) => {
        const arrow = kind === 'hard' ? '>' : '=>';
        const edge = `${this.name(waiterId, reading)}${arrow}${this.name(blockerId, reading)}`;
        return kinds ? `${edge} ${resource.kind}` : edge;
      })
      .sort();
  }

  /** Ends every session, whatever it does, and waits until the server has forgotten them. */
  async clear(cleanup: readonly string[]): Promise<void> {
    // Those who came last first: nobody is to get his lock because the holder went before him.
    const pids = [...this.#clients.values()].map(pidOf).reverse();
    await this.observer.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [pids]);
    for (const client of this.#clients.values()) await client.end().catch(() => {});
    await waitFor('the sessions to be gone', async () => {
      const { rows } = await this.observer.query(
        `SELECT FROM pg_stat_activity WHERE pid = ANY ($1::int[]) OR backend_type = 'parallel worker'`,
        [pids],
      );
      return rows.length === 0 ? true : null;
    });
    for (const sql of cleanup) await this.observer.query(sql);
  }

  async #client(letter: string): Promise<pg.Client> {
    const known = this.#clients.get(letter);
    if (known !== undefined) return known;
    const client = await this.server.connect('shop', 'postgres', letter);
    this.#clients.set(letter, client);
    return client;
  }

  /** Behind a session of the stage: CREATE INDEX CONCURRENTLY also waits a moment for whoever looks, this query included. */
  async #waits(letter: string, step: string, behindOthers: boolean): Promise<void> {
    const pid = pidOf(this.#clients.get(letter) as pg.Client);
    const stage = [...this.#clients.values()].map((client) => Number(pidOf(client)));
    const group = this.server.major >= 13 ? 'OR a.leader_pid = $1' : `OR a.backend_type = 'parallel worker'`;
    await waitFor(
      `"${step}" to wait`,
      async () => {
        const { rows } = await this.observer.query(
          `SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE NOT l.granted AND (a.pid = $1 ${group}) AND ($3 OR pg_blocking_pids(a.pid) && $2::int[])`,
          [pid, [...stage, PREPARED], behindOthers],
        );
        return rows.length > 0 ? true : null;
      },
      30_000,
      5,
    );
  }

  async #backend(type: string): Promise<void> {
    await this.observer.query('ALTER TABLE dusty SET (autovacuum_enabled = true)');
    await waitFor(`${type} at work`, async () => {
      const { rows } = await this.observer.query(
        `SELECT FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
         WHERE a.backend_type = $1 AND l.mode = 'ShareUpdateExclusiveLock' AND l.relation = 'dusty'::regclass`,
        [`${type} worker`],
      );
      return rows.length > 0 ? true : null;
    });
  }
}

/** Every waiter with all it waits for, through others too. */
export function closure(links: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  return new Map(
    [...links.keys()].map((waiter) => {
      const seen = new Set<string>();
      const open = [...(links.get(waiter) ?? [])];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (seen.has(next)) continue;
        seen.add(next);
        open.push(...(links.get(next) ?? []));
      }
      return [waiter, [...seen].sort()] as const;
    }),
  );
}

/** Our edges as links; who only stands behind another has that one too. */
export function linksOf({ edges }: LockReading): Map<string, string[]> {
  const links = new Map<string, string[]>();
  for (const { waiterId, blockerId, behindId } of edges) {
    const to = links.get(waiterId) ?? [];
    links.set(waiterId, [...to, blockerId, ...(behindId ? [behindId] : [])]);
  }
  return links;
}

/** What pg_blocking_pids says; 0 is a prepared transaction, of which it knows no more. */
export async function serverLinks(observer: pg.Client, workers: boolean): Promise<Map<string, string[]>> {
  const leader = workers ? 'coalesce(a.leader_pid, a.pid)' : 'a.pid';
  const { rows } = await observer.query<{ waiter: string; blockers: string[] }>(
    `SELECT ${leader}::text AS waiter, pg_blocking_pids(a.pid)::text[] AS blockers FROM pg_stat_activity AS a
     WHERE cardinality(pg_blocking_pids(a.pid)) > 0`,
  );
  const links = new Map<string, string[]>();
  for (const { waiter, blockers } of rows) links.set(waiter, [...(links.get(waiter) ?? []), ...blockers]);
  return links;
}

function pidOf(client: pg.Client): string {
  return String((client as unknown as { processID: number }).processID);
}
