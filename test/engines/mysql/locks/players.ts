import type { Connection } from 'mysql2/promise';
import type { PrivateMysql } from '../../../../src/lab/mysql/index.js';
import { waitFor } from '../../../servers/wait-for.js';
import { type Scenario, TABLES } from './scenarios.js';

/** Connections by letter, kept from scenario to scenario as a pool does. */
export class Players {
  readonly #byName = new Map<string, Connection>();
  #names = new Map<string, string>();
  #pending: Promise<unknown>[] = [];
  #waiters = new Set<string>();

  constructor(
    private readonly server: PrivateMysql,
    private readonly root: Connection,
  ) {}

  /** Sessions that wait now. */
  get waiters(): ReadonlySet<string> {
    return this.#waiters;
  }

  nameOf(id: string): string {
    return id.startsWith('prepared:') ? 'prepared' : (this.#names.get(id) ?? id);
  }

  async play({ steps }: Scenario): Promise<void> {
    await this.#makeTables(steps.join(' '));
    for (const step of steps) {
      const [, who = '', how = '', sql = ''] = /^([A-Z])([?~!&#]?) ?(.*)$/.exec(step) ?? [];
      const player = await this.#player(who);
      if (how === '#') await this.#leave(who);
      else if (how === '') await player.query(sql);
      else if (how === '!') await player.query(sql).catch(() => {});
      else await this.#start(player, who, how, sql);
    }
  }

  /** Ends what waits and gives back what is held; the pool goes on. */
  async reset(): Promise<void> {
    for (const connection of this.#byName.values())
      await this.root.query(`KILL QUERY ${connection.threadId}`).catch(() => {});
    await Promise.all(this.#pending);
    this.#pending = [];
    this.#waiters = new Set();
    const [prepared] = await this.root.query('XA RECOVER');
    for (const { data } of prepared as { data: string }[]) await this.root.query('XA ROLLBACK ?', [data]);
    await Promise.all([...this.#byName].map(([who, connection]) => this.#release(who, connection)));
  }

  async #release(who: string, connection: Connection): Promise<void> {
    try {
      await connection.query(
        'ROLLBACK; UNLOCK TABLES; DO RELEASE_ALL_LOCKS(); SET autocommit = 1; SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
      );
      if (this.server.flavour === 'mysql') await connection.query('UNLOCK INSTANCE');
      else await connection.query('BACKUP STAGE END').catch(() => {});
    } catch {
      await this.#leave(who);
    }
  }

  close(): void {
    for (const connection of this.#byName.values()) connection.destroy();
  }

  async #player(who: string): Promise<Connection> {
    const known = this.#byName.get(who);
    if (known !== undefined) return known;
    const connection = await this.server.connect('shop');
    await connection.query('SET innodb_lock_wait_timeout = 50, lock_wait_timeout = 50');
    this.#byName.set(who, connection);
    this.#names.set(String(connection.threadId), who);
    return connection;
  }

  async #leave(who: string): Promise<void> {
    const connection = this.#byName.get(who);
    this.#byName.delete(who);
    connection?.destroy();
    const id = connection?.threadId;
    await waitFor(`${who} to leave`, async () => {
      const [rows] = await this.root.query('SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ?', [id]);
      return (rows as unknown[]).length === 0 ? true : null;
    });
  }

  async #start(player: Connection, who: string, how: string, sql: string): Promise<void> {
    let over: string | null = null;
    this.#pending.push(
      player.query(sql).then(
        () => {
          over = 'it returned';
        },
        (error: Error) => {
          over = error.message;
        },
      ),
    );
    if (how !== '&') this.#waiters.add(who);
    if (how === '~') return;
    const wanted = how === '?' ? this.#waiters.size : 'sleep';
    await waitFor(
      `${who}: ${sql}`,
      async () => {
        if (over !== null) throw new Error(`${who} does not wait (${over}): ${sql}`);
        return (how === '?' ? (await this.#waiting()) >= (wanted as number) : await this.#sleeps(player))
          ? true
          : null;
      },
      20_000,
      4,
    );
  }

  /** Waiters for rows, by InnoDB's own count, and those whose state tells. */
  async #waiting(): Promise<number> {
    const [rows] = await this.root.query(
      `SELECT (SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'lock_row_lock_current_waits')
        + (SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for %lock' OR STATE IN ('User lock', 'Waiting for table flush')) AS n`,
    );
    return Number((rows as { n: number }[])[0]?.n);
  }

  async #sleeps(player: Connection): Promise<boolean> {
    const [rows] = await this.root.query(
      'SELECT STATE AS state FROM information_schema.PROCESSLIST WHERE ID = ?',
      [player.threadId],
    );
    return (rows as { state: string }[])[0]?.state === 'User sleep';
  }

  async #makeTables(text: string): Promise<void> {
    await this.root.query('CREATE DATABASE IF NOT EXISTS shop; USE shop; DROP TABLE IF EXISTS child, t2');
    const named = Object.entries(TABLES).filter(([name]) => new RegExp(`\\b${name}\\b`).test(text));
    const needed = named.some(([name]) => name === 'child')
      ? [['parent', TABLES.parent], ...named.filter(([name]) => name !== 'parent')]
      : named;
    const all = needed.map(([name, sql]) => `DROP TABLE IF EXISTS ${name}; ${sql};`);
    if (all.length > 0) await this.root.query(all.join(' '));
  }
}
