import type { ReportedDeadlock } from '../../core/lock-analyst.js';
import type { SessionRow } from '../../core/session.js';
import { LOCK_WAIT_CLASSES } from '../../core/wait-class.js';
import type { Directory } from '../directory.js';

/** A server tells of a deadlock soon after its parties waited. */
const KEPT_MS = 60_000;

/**
 * Logs and status texts tell the parties of a deadlock with the texts of their statements and without digests: these are
 * found among the texts that are known. A text of several digests (one in each database) is that which its session ran.
 */
export class ToldStatements {
  #waited = new Map<string, { readonly digest: string; readonly atMs: number }>();

  constructor(private readonly directory: Directory) {}

  /** Sessions of a tick, with their digests as they are stored. */
  see(sessions: readonly SessionRow[], atMs: number): void {
    for (const { id, digest, waitClass } of sessions)
      if (digest !== null && LOCK_WAIT_CLASSES.has(waitClass)) this.#waited.set(id, { digest, atMs });
    for (const [id, { atMs: seenMs }] of this.#waited) if (atMs - seenMs > KEPT_MS) this.#waited.delete(id);
  }

  named(reported: readonly ReportedDeadlock[]): readonly ReportedDeadlock[] {
    return reported.map((deadlock) => ({
      ...deadlock,
      parties: deadlock.parties.map((party) => ({
        ...party,
        digest: party.digest ?? (party.text === null ? null : this.#digestOf(party.sessionId, party.text)),
      })),
    }));
  }

  #digestOf(sessionId: string, text: string): string | null {
    const candidates = this.directory.digestsOf(text);
    const ran = this.#waited.get(sessionId)?.digest;
    if (ran !== undefined && candidates.has(ran)) return ran;
    const [only = null] = candidates;
    return candidates.size === 1 ? only : null;
  }
}
