import type { TransactionStep } from '../../../core/lock-analyst.js';

/** Transactions of a session that are remembered: those of the last seconds. */
const KEPT = 64;

interface Past {
  readonly transaction: string;
  readonly digests: string[];
}

/** What finished transactions ran, in order, where the server keeps a history (MySQL). */
export class Pasts {
  readonly #sessions = new Map<string, Past[]>();

  /** `followed` is told of each statement what its transaction ran before. */
  add(
    history: readonly TransactionStep[],
    followed: (earlier: readonly string[], digest: string) => void,
  ): void {
    for (const { sessionId, transaction, digest } of [...history].sort((a, b) => a.step - b.step)) {
      const pasts = this.#sessions.get(sessionId) ?? [];
      this.#sessions.set(sessionId, pasts);
      const last = pasts.at(-1);
      const open = last?.transaction === transaction ? last : { transaction, digests: [] };
      if (open !== last) pasts.push(open);
      followed(open.digests, digest);
      open.digests.push(digest);
      if (pasts.length > KEPT) pasts.shift();
    }
    if (this.#sessions.size > 5_000) this.#sessions.clear();
  }

  /**
   * What the session had run in its transaction before the statement `digest`; null where that is not one answer.
   * `modified`: how many rows were changed in it, as the server counts; `changes` tells which statements may do so.
   */
  before(
    sessionId: string,
    digest: string,
    modified: number | null,
    changes: (digest: string) => boolean,
  ): readonly string[] | null {
    const found = new Map<string, readonly string[]>();
    for (const { digests } of this.#sessions.get(sessionId) ?? [])
      digests.forEach((each, index) => {
        const before = digests.slice(0, index);
        if (each === digest) found.set(before.join('\0'), before);
      });
    const changing = (before: readonly string[]) => before.filter(changes).length;
    const fitting = [...found.values()].filter((before) => modified === null || changing(before) >= modified);
    if (fitting.length <= 1) return fitting[0] ?? null;
    const exactly = fitting.filter((before) => changing(before) === modified);
    return exactly.length === 1 ? (exactly[0] ?? null) : null;
  }
}
