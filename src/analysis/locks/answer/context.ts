import type { EngineName } from '../../../core/engine-name.js';
import type { SessionItem } from '../../../core/session-report.js';
import type { StatementText } from '../../../core/statement.js';

/** What the answer knows beside the records of locks. */
export interface LockContext {
  readonly engine: EngineName | null;
  readonly texts: ReadonlyMap<string, StatementText>;
  /** Sessions near the moment, by the engine's id: for the client behind a session. */
  readonly sessions: ReadonlyMap<string, SessionItem>;
}

export function textOf(context: LockContext, statementId: string | null): string | null {
  return statementId === null ? null : (context.texts.get(statementId)?.text ?? null);
}
