import { targetOf } from '../../src/config/index.js';
import type { Connection, Engine } from '../../src/core/engine.js';
import type { EngineName } from '../../src/core/engine-name.js';
import { silentLogger } from '../../src/core/logger.js';
import type { Probe, ProbeRecords, ProbeTick, SelectedQuery } from '../../src/core/probe.js';
import type { SessionRow } from '../../src/core/session.js';
import { loadEngine } from '../../src/engines/registry.js';
import { waitFor } from '../servers/wait-for.js';

export const call = (deadlineMs = 5_000) => ({ signal: new AbortController().signal, deadlineMs });

/** A statement of the test's own, as a connection takes them. */
export const statement = (sql: string) => ({ probe: 'contract', file: '', since: 0, sql });

/** Logs in as somebody, as the collector would. */
export async function logIn(name: EngineName, url: string, deadlineMs = 5_000): Promise<Connection> {
  const engine = await loadEngine(name);
  return engine.connect(targetOf('contract', url), { ...call(deadlineMs), logger: silentLogger });
}

/** An engine and one login of it, with the collector's few steps between a probe and its records. */
export class Harness {
  constructor(
    readonly engine: Engine,
    readonly connection: Connection,
  ) {}

  tick(waiterIds: readonly string[] = []): ProbeTick {
    const { facts } = this.connection;
    return { instance: 'contract', facts, atMs: Date.now(), waiterIds, activeIds: [] };
  }

  offers(name: string): boolean {
    return (
      'sql' in (this.engine.probes.find((each) => each.name === name)?.select(this.connection.facts) ?? {})
    );
  }

  /** What a probe asks this server. */
  selected(name: string): SelectedQuery {
    const selected = this.#probe(name).select(this.connection.facts);
    if ('unavailable' in selected) throw new Error(`no probe ${name} here`);
    return selected;
  }

  async run(name: string, waiterIds: readonly string[] = []): Promise<ProbeRecords> {
    const probe = this.#probe(name);
    const tick = this.tick(waiterIds);
    const rows = await this.connection.query(this.selected(name), probe.parameters?.(tick) ?? [], call());
    return probe.toRecords(rows, tick);
  }

  #probe(name: string): Probe {
    const probe = this.engine.probes.find((each) => each.name === name);
    if (probe === undefined) throw new Error(`no probe ${name}`);
    return probe;
  }

  async sessions(): Promise<readonly SessionRow[]> {
    return (await this.run('sessions')).sessions ?? [];
  }

  /** The session once it is as asked. */
  async session(id: string, as: (session: SessionRow) => boolean): Promise<SessionRow> {
    const ask = async () => {
      const found = (await this.sessions()).find((session) => session.id === id);
      return found !== undefined && as(found) ? found : null;
    };
    // MariaDB renews what INNODB_TRX shows only when nobody read it for 100 ms.
    return (await ask()) ?? waitFor(`session ${id}`, ask, 20_000, 200);
  }

  /** Whom the waiter waits for, by all probes that tell. */
  async blockersOf(waiter: string): Promise<readonly string[]> {
    const probes = this.engine.probes.filter(({ name, lane }) => lane === 'locks' && this.offers(name));
    const found = await Promise.all(probes.map(({ name }) => this.run(name, [waiter])));
    return found.flatMap(({ locks }) =>
      (locks?.edges ?? []).filter(({ waiterId }) => waiterId === waiter).map(({ blockerId }) => blockerId),
    );
  }

  async texts(digests: readonly string[]) {
    return this.engine.statementTexts(this.connection, 'contract', digests, call());
  }
}
