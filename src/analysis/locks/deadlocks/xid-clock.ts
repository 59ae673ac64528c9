/** When in its transaction a session locked or changed its first row. */
export interface FirstWrite {
  readonly atMs: number;
  /** Standard error. */
  readonly errorMs: number;
}

interface Point {
  readonly xid: number;
  readonly atMs: number;
}

const KEPT = 400;
/** What is between the snapshot and the clock that is read with it. */
const READING_MS = 1;

/**
 * PostgreSQL gives transaction ids in order, each with the first row that its transaction locks or changes. Readings show the
 * id that comes next and the time: between two of them the ids were given out at chance moments, so that a share f of n ids
 * lies at f of the time, with a standard error of √(f (1 − f) / n) of it.
 */
export class XidClock {
  readonly #points: Point[] = [];

  note(nextXid: number | null | undefined, serverNowMs: number): void {
    if (nextXid === null || nextXid === undefined) return;
    const last = this.#points.at(-1);
    // A server that came back, ids that went round, a clock that stepped: begin anew.
    if (last !== undefined && (nextXid < last.xid || serverNowMs < last.atMs)) this.#points.length = 0;
    this.#points.push({ xid: nextXid, atMs: serverNowMs });
    if (this.#points.length > KEPT) this.#points.shift();
  }

  /** Null where no two readings lie around it. */
  firstWrite(xid: number | null | undefined): FirstWrite | null {
    if (xid === null || xid === undefined) return null;
    // Whom a reading shows began lately: the newest readings first.
    const index = this.#points.findLastIndex((point) => point.xid <= xid);
    const before = this.#points[index];
    const after = this.#points[index + 1];
    if (after === undefined || before === undefined) return null;
    const all = after.xid - before.xid;
    const share = (xid - before.xid + 0.5) / all;
    const spanMs = after.atMs - before.atMs;
    return {
      atMs: before.atMs + share * spanMs,
      errorMs: READING_MS + spanMs * Math.sqrt((share * (1 - share)) / all),
    };
  }
}
