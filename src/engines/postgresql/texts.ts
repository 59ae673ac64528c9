import { createHash } from 'node:crypto';
import type { CallContext, Connection } from '../../core/engine.js';
import { statementIdOf } from '../../core/ids.js';
import type { SelectedQuery } from '../../core/probe.js';
import type { StatementText } from '../../core/statement.js';
import { QUERIES } from './queries.generated.js';
import { redactLiterals } from './redact.js';
import { queryFor, statementsQueryFor } from './select.js';
import { shapeOf } from './text-shape.js';

/**
 * Texts of digests seen for the first time: from pg_stat_statements, else from the sessions that run them now.
 * A statement without a query id (PostgreSQL 12, 13, or compute_query_id off) is folded by libpg-query's fingerprint,
 * so that its thousand texts become one statement; a cut text cannot be parsed and stays by itself.
 */
export async function statementTexts(
  connection: Connection,
  instance: string,
  digests: readonly string[],
  context: CallContext,
): Promise<readonly StatementText[]> {
  const found = new Map<string, StatementText>();
  const ids = digests.filter((digest) => !digest.startsWith('t:'));
  const version = connection.facts.extensions.pg_stat_statements;
  if (version !== undefined && ids.length > 0) {
    const query = statementsQueryFor('statement-texts', version);
    for (const row of await rowsOf(connection, query, ids, context).catch(noneIfPoisoned)) {
      found.set(row.digest, textOf(instance, row, 'server-digest'));
    }
  }
  const missing = digests.filter((digest) => !found.has(digest));
  if (missing.length > 0) {
    const hashes = missing.map((digest) => digest.replace(/^t:/, ''));
    for (const row of await rowsOf(
      connection,
      queryFor('session-texts', connection.facts),
      hashes,
      context,
    )) {
      found.set(row.digest, await sampledText(instance, row));
    }
  }
  return [...found.values()];
}

/** character_not_in_repertoire, untranslatable_character. */
const ENCODING_ERRORS = ['22021', '22P05'];

/**
 * pg_stat_statements converts all its texts before we can choose: one from an SQL_ASCII database that is no UTF-8 fails
 * them all, in every other database. The sessions' own texts are then what there is.
 */
function noneIfPoisoned(error: unknown): readonly TextRow[] {
  const { code = '' } = ((error as Error).cause ?? {}) as { code?: string };
  if (ENCODING_ERRORS.includes(code)) return [];
  throw error;
}

/** Of a text without literals: of the log, of a session, or of pg_stat_statements. */
export function textKey(text: string): string {
  return createHash('sha1').update(shapeOf(text)).digest('base64');
}

interface TextRow {
  readonly digest: string;
  readonly text: string;
  readonly truncated: boolean;
}

async function rowsOf(
  connection: Connection,
  query: ReturnType<typeof queryFor>,
  ids: readonly string[],
  context: CallContext,
): Promise<readonly TextRow[]> {
  if ('unavailable' in query) return [];
  const rows = (await connection.query(
    query as SelectedQuery,
    [`{${ids.join(',')}}`],
    context,
  )) as unknown as TextRow[];
  return rows.map((row) => ({ ...row, text: decoded(row.text) }));
}

/** `\x…`: what is no UTF-8 becomes U+FFFD. */
function decoded(bytes: string): string {
  return Buffer.from(bytes.slice(2), 'hex').toString('utf8');
}

async function sampledText(instance: string, row: TextRow): Promise<StatementText> {
  const plain = textOf(instance, row, 'sampled');
  if (row.truncated || !row.digest.startsWith('t:')) return plain;
  const { fingerprint } = await import('libpg-query');
  try {
    const canonicalDigest = `f:${await fingerprint(row.text)}`;
    return { ...plain, canonicalDigest, statementId: statementIdOf(instance, canonicalDigest) };
  } catch {
    // Not parseable by PostgreSQL 18's grammar: it stays a statement of its own.
    return plain;
  }
}

/** Our own statements without their marker: since PostgreSQL 18 the server keeps no comment before a statement. */
const OWN: ReadonlySet<string> = new Set(
  Object.values(QUERIES)
    .flat()
    .map(({ sql }) => shapeOf(redactLiterals(sql))),
);

function textOf(instance: string, row: TextRow, source: StatementText['source']): StatementText {
  const text = redactLiterals(row.text);
  return {
    statementId: statementIdOf(instance, row.digest),
    instance,
    digest: row.digest,
    canonicalDigest: row.digest,
    text,
    command: /^[(\s]*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? null,
    source: row.text.startsWith('/* dbvitals:') || OWN.has(shapeOf(text)) ? 'monitor' : source,
    truncated: row.truncated,
  };
}
