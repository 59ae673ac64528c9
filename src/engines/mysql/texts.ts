import type { CallContext, Connection } from '../../core/engine.js';
import { statementIdOf } from '../../core/ids.js';
import { OVERFLOW_DIGEST, type StatementText } from '../../core/statement.js';
import { MOST_CHARACTERS } from './normalise.js';
import { isOwnStatement } from './own-statements.js';
import { sampledText } from './sampled-texts.js';
import { hasPerformanceSchema, isMariadb, type QueryName, queryFor } from './select.js';

/** The server ends a text that it cut with dots. */
const CUT = / \.\.\.$/;

/** Texts of digests: ours from what was sampled, the server's from its digest table, else from who runs them now. */
export async function statementTexts(
  connection: Connection,
  instance: string,
  digests: readonly string[],
  context: CallContext,
): Promise<readonly StatementText[]> {
  const { facts } = connection;
  const found = new Map<string, StatementText>();
  for (const digest of digests) {
    const text =
      digest === OVERFLOW_DIGEST
        ? '(statements that the server counts together: performance_schema_digests_size is too small)'
        : sampledText(facts, digest);
    if (text !== null) found.set(digest, textOf(instance, digest, text, 'sampled'));
  }
  // MariaDB's digests are all our own: its running statements have none.
  const views: readonly QueryName[] =
    hasPerformanceSchema(facts) && !isMariadb(facts) ? ['statement-texts-mysql', 'session-texts-mysql'] : [];
  for (const view of views) {
    const missing = digests.filter((digest) => !found.has(digest) && !digest.startsWith('t:'));
    const query = queryFor(view, facts);
    if (missing.length === 0 || 'unavailable' in query) continue;
    for (const row of await connection.query(query, [missing], context)) {
      const digest = String(row.digest);
      if (row.text !== null) found.set(digest, textOf(instance, digest, String(row.text), 'server-digest'));
    }
  }
  return [...found.values()];
}

function textOf(
  instance: string,
  digest: string,
  raw: string,
  source: StatementText['source'],
): StatementText {
  const text = raw.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, ' ').slice(0, MOST_CHARACTERS);
  return {
    statementId: statementIdOf(instance, digest),
    instance,
    digest,
    canonicalDigest: digest,
    text,
    command: /^[(\s]*([a-z]+)/i.exec(text)?.[1]?.toUpperCase() ?? null,
    source: isOwnStatement(raw) ? 'monitor' : source,
    truncated: CUT.test(text) || text.length === MOST_CHARACTERS,
  };
}
