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

/** Who is not idle is sampled every second: an older sample is of a session that went idle or away. */
export const SAMPLED_MS = 1_500;

export function newestSample(sessions: readonly SessionItem[]): number {
  return Math.max(0, ...sessions.map(({ at }) => Date.parse(at)));
}

export function textOf(context: LockContext, statementId: string | null): string | null {
  return statementId === null ? null : (context.texts.get(statementId)?.text ?? null);
}
