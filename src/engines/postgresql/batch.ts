import type { Client, CustomTypesConfig, FieldDef, Submittable } from 'pg';
import type { Row } from '../../core/row.js';

export interface BatchStatement {
  /** Under which the server keeps its plan; null: not kept. */
  readonly name: string | null;
  readonly text: string;
}

/**
 * Runs statements without parameters in one round trip and one implicit transaction; resolves to the rows of each. The
 * first that fails rejects and undoes the rest. On a host with fifty servers the round trips of a tick were a third of the
 * monitor's CPU: each write wakes the server, and each answer us.
 */
export function runBatch(
  client: Client,
  statements: readonly BatchStatement[],
  types: CustomTypesConfig,
): Promise<readonly (readonly Row[])[]> {
  return new Promise((resolve, reject) => {
    client.query(new Batch(statements, types, resolve, reject));
  });
}

/** What of the driver's connection a query of its own uses; its types leave it out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string | undefined>;
  parse(statement: { name: string; text: string; types: readonly number[] }): void;
  bind(portal: { portal: string; statement: string; values: readonly never[] }): void;
  describe(what: { type: 'P'; name: string }): void;
  execute(portal: { portal: string; rows: number }): void;
  sync(): void;
}

/** The driver's interface of a query; it calls the handlers as messages come. */
class Batch implements Submittable {
  readonly #results: Row[][] = [];
  #rows: Row[] = [];
  #columns: { readonly name: string; readonly parse: (text: string) => unknown }[] = [];
  #wire: Wire | null = null;

  constructor(
    private readonly statements: readonly BatchStatement[],
    private readonly types: CustomTypesConfig,
    private readonly resolve: (rows: readonly (readonly Row[])[]) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  /** At each ParseComplete the driver notes this name as known to the server: the first that is not yet. */
  get name(): string | null {
    return this.#unparsed()?.name ?? null;
  }

  get text(): string | undefined {
    return this.#unparsed()?.text;
  }

  submit(connection: unknown): void {
    const wire = connection as Wire;
    this.#wire = wire;
    const parsed = new Set<string>();
    wire.stream.cork();
    try {
      for (const { name, text } of this.statements) {
        const statement = name ?? '';
        const known = name !== null && (parsed.has(name) || wire.parsedStatements[name] !== undefined);
        if (!known) wire.parse({ name: statement, text, types: [] });
        parsed.add(statement);
        wire.bind({ portal: '', statement, values: [] });
        wire.describe({ type: 'P', name: '' });
        wire.execute({ portal: '', rows: 0 });
      }
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  handleRowDescription({ fields }: { readonly fields: readonly FieldDef[] }): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: this.types.getTypeParser(dataTypeID, 'text') as (text: string) => unknown,
    }));
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const row: Record<string, unknown> = {};
    let index = 0;
    for (const { name, parse } of this.#columns) {
      const text = fields[index] ?? null;
      row[name] = text === null ? null : parse(text);
      index += 1;
    }
    this.#rows.push(row);
  }

  handleCommandComplete(): void {
    this.#results.push(this.#rows);
    this.#rows = [];
  }

  handleError(error: unknown): void {
    this.reject(error);
  }

  handleReadyForQuery(): void {
    this.resolve(this.#results);
  }

  #unparsed(): BatchStatement | undefined {
    const known = this.#wire?.parsedStatements ?? {};
    return this.statements.find(({ name }) => name !== null && known[name] === undefined);
  }
}
