import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { DbvitalsError } from '../core/errors.js';
import { SCHEMA, type StoredTable, VIEWS } from './schema.js';
import { hourOf, listSegments, liveSegments } from './segments.js';
import { quote } from './sql-quote.js';

const SQL_TYPES = {
  STRING: 'VARCHAR',
  INT32: 'INTEGER',
  INT64: 'BIGINT',
  DOUBLE: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
} as const;
const ATTEMPTS = 4;

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** An in-memory DuckDB over the files of a data directory. Takes no lock, and needs none. */
export class Duck {
  readonly #corrupt = new Set<string>();

  private constructor(
    readonly directory: string,
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  static async open(directory: string): Promise<Duck> {
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '1GB' });
    return new Duck(directory, instance, await instance.connect());
  }

  /** Files left out because they cannot be read. */
  get corruptFiles(): readonly string[] {
    return [...this.#corrupt];
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** Rows of a statement over tables; `from(table)` in it becomes the table's live files of the range. */
  async rows<Row>(
    build: (from: (table: StoredTable) => string) => string,
    range?: TimeRange,
  ): Promise<Row[]> {
    for (let attempt = 1; ; attempt += 1) {
      const used = new Set<string>();
      const sql = build((table) => this.#source(table, range, used));
      try {
        const result = await this.connection.runAndReadAll(sql);
        return result.getRowObjectsJS() as Row[];
      } catch (error) {
        // Between listing and reading, files may have been merged or evicted; a damaged one is found and left out.
        if (attempt === ATTEMPTS) throw corrupt(error);
        await this.#findCorrupt(used);
      }
    }
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** Files flushed an hour before or after the range may hold rows of it. */
  files(table: StoredTable, range?: TimeRange): string[] {
    const [first, last] =
      range === undefined ? ['', '~'] : [hourOf(range.fromMs - 60_000), hourOf(range.toMs + 3_600_000)];
    return liveSegments(listSegments(this.directory, table).filter(({ path }) => !this.#corrupt.has(path)))
      .filter(({ hour }) => hour >= first && hour <= last)
      .map(({ path }) => path);
  }

  #source(table: StoredTable, range: TimeRange | undefined, used: Set<string>): string {
    const files = this.files(table, range);
    for (const file of files) used.add(file);
    return viewOf(table, files);
  }

  async #findCorrupt(files: ReadonlySet<string>): Promise<void> {
    for (const file of files) {
      try {
        await this.connection.run(`SELECT count(*) FROM read_parquet(${quote(file)})`);
        await this.connection.run(`SELECT * FROM read_parquet(${quote(file)}) LIMIT 1`);
      } catch (error) {
        if (!/No files found|No such file|Cannot open/i.test((error as Error).message))
          this.#corrupt.add(file);
      }
    }
  }
}

/** The rows of a table's files, with the columns that readers know. */
export function viewOf(table: StoredTable, files: readonly string[]): string {
  const rows =
    files.length === 0
      ? emptyTable(table)
      : `read_parquet([${files.map(quote).join(', ')}], union_by_name = true)`;
  const columns = VIEWS[table];
  return columns === undefined ? rows : `(SELECT ${columns} FROM ${rows})`;
}

/** The right columns and no rows. */
function emptyTable(table: StoredTable): string {
  const columns = SCHEMA[table].map(({ name, type }) => `NULL::${SQL_TYPES[type]} AS "${name}"`);
  return `(SELECT ${columns.join(', ')} WHERE false)`;
}

function corrupt(error: unknown): DbvitalsError {
  return new DbvitalsError('STORE_CORRUPT', 'the stored files cannot be read', {
    cause: error,
    remedy: 'see `dbvitals store info`',
  });
}
