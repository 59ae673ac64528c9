import type { SessionRow } from '../core/session.js';
import { IDLE_EVERY_TICKS } from './deadlines.js';

/**
 * Which sessions are stored in this tick: all that do something, and of the idle ones those that have just become so
 * (else an answer would take them for ended) and those whose turn it is.
 */
export class IdleTurns {
  #next = new Map<string, number>();
  #ticks = 0;

  select(sessions: readonly SessionRow[]): SessionRow[] {
    this.#ticks += 1;
    const next = new Map<string, number>();
    const kept: SessionRow[] = [];
    let index = -1;
    for (const session of sessions) {
      index += 1;
      if (session.state !== 'idle') kept.push(session);
      else {
        const turn = this.#next.get(session.id);
        const due = turn === undefined || turn <= this.#ticks;
        // The first wait differs from session to session, so that they are not all stored in one tick.
        const wait = turn === undefined ? 1 + (index % IDLE_EVERY_TICKS) : IDLE_EVERY_TICKS;
        next.set(session.id, due ? this.#ticks + wait : turn);
        if (due) kept.push(session);
      }
    }
    this.#next = next;
    return kept;
  }
}
