import type { SessionSample, TableName } from '../core/samples.js';
import type { StatementText } from '../core/statement.js';

/** Texts kept in memory to be written again in each hour that refers to them. */
const MOST_TEXTS = 50_000;

type Write = <T extends 'statements' | 'sessions'>(
  table: T,
  rows: readonly (T extends 'statements' ? StatementText : SessionSample)[],
) => void;

/**
 * What samples refer to by id: statements and sessions. Each hour's files hold every text and session that the hour
 * refers to, so that removing old hours leaves no reference without its text.
 */
export class Dimensions {
  readonly #texts = new Map<string, StatementText>();
  #hour = '';
  #written = new Set<string>();
  #sessionsWritten = new Map<
    string,
    { readonly pid: number | undefined; readonly application: string | null }
  >();

  learn(texts: readonly StatementText[]): void {
    for (const text of texts) {
      this.#texts.delete(text.statementId);
      this.#texts.set(text.statementId, text);
      this.#written.delete(text.statementId);
    }
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MOST_TEXTS) break;
      this.#texts.delete(oldest);
    }
  }

  referTo(
    table: TableName,
    rows: readonly { statementId?: string | null }[],
    hour: string,
    write: Write,
  ): void {
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#written = new Set();
      this.#sessionsWritten = new Map();
    }
    for (const { statementId } of rows) {
      if (!statementId || this.#written.has(statementId)) continue;
      const text = this.#texts.get(statementId);
      if (text === undefined) continue;
      this.#written.add(statementId);
      write('statements', [text]);
    }
    if (table === 'session_samples') this.#sessions(rows as unknown as readonly SessionSample[], write);
  }

  /** A session whose client process or application name became known later is written again; the last one counts. */
  #sessions(samples: readonly SessionSample[], write: Write): void {
    for (const sample of samples) {
      const known = this.#sessionsWritten.get(sample.sessionId);
      const pid = sample.client?.pid;
      const { application } = sample.row;
      if (known !== undefined && known.pid === pid && known.application === application) continue;
      this.#sessionsWritten.set(sample.sessionId, { pid, application });
      write('sessions', [sample]);
    }
  }
}
