import { DbvitalsError } from '../core/errors.js';
import { Duck, viewOf } from './duck.js';
import { TABLES } from './schema.js';
import { quote } from './sql-quote.js';

type SqlRows = readonly Readonly<Record<string, unknown>>[];

/**
 * Runs one SELECT of the user over views of the stored files. DuckDB may then read the data directory and nothing
 * else, and its settings are locked for good: each statement gets a DuckDB of its own.
 */
export async function runReadOnly(directory: string, text: string): Promise<SqlRows> {
  if (!/^\s*(select|with|from|describe|summarize|show)\b/i.test(text)) {
    throw new DbvitalsError('STORE_SQL', 'only a SELECT can be run over the store', {
      remedy: 'see docs/data-model.md for the views',
    });
  }
  const duck = await Duck.open(directory);
  try {
    return await runLocked(duck, text);
  } finally {
    duck.close();
  }
}

async function runLocked(duck: Duck, text: string): Promise<SqlRows> {
  for (const table of TABLES) {
    await duck.run(`CREATE VIEW ${table} AS SELECT * FROM ${viewOf(table, duck.files(table))}`);
  }
  await duck.run(`SET allowed_directories = [${quote(duck.directory)}]`);
  await duck.run('SET enable_external_access = false');
  await duck.run('SET lock_configuration = true');
  try {
    return await duck.rows(() => text);
  } catch (error) {
    const cause = (error as Error).cause ?? error;
    throw new DbvitalsError('STORE_SQL', (cause as Error).message.split('\n').slice(0, 3).join(' '), {
      cause,
    });
  }
}
