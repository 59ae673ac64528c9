import type { ProcessCost } from '../core/process.js';
import type { SessionRow } from '../core/session.js';
import { sessionKeyOf } from '../core/session-key.js';
import type { AttributionTick } from '../core/usage.js';
import { add, type Entries, type OpenEntry } from './entries.js';
import { HeldCost } from './held-cost.js';
import { IoAccount, type ReadShare } from './io-account.js';

/** One read of the largest size that PostgreSQL combines by default (io_combine_limit). */
const TYPICAL_READ_BYTES = 128 * 1024;
/** Most statements end within it, and then the server tells; for the others what was seen under way has to do. */
const LONGEST_HOLD_TICKS = 30;

/**
 * PostgreSQL 18 reads through io workers. What the workers used is held and given to the sessions by what each has read:
 * by the server's own count when a statement has ended (pg_stat_get_backend_io, every ten seconds, less what the session
 * read by itself), and after half a minute by the reads seen under way (pg_aios, or a session waiting for a read). What
 * nobody is known to have read stays the workers'.
 */
export class Readers {
  readonly #accounts = new Map<string, IoAccount>();
  readonly #held = new HeldCost();
  /** Totals of the last reading, by session; null before the first. */
  #totals: ReadonlyMap<string, number> | null = null;
  #own: ReadonlySet<string> = new Set();

  /** False where no other process reads for the sessions. */
  observe(input: AttributionTick, byId: ReadonlyMap<string, SessionRow>): boolean {
    if (input.ioInFlight === null) return false;
    this.#own = input.ownSessionIds;
    for (const session of input.sessions) {
      if (session.backendType === 'io worker') continue;
      const waiting = session.waitClass === 'ioDataRead' ? TYPICAL_READ_BYTES : 0;
      const inFlight = Math.max(input.ioInFlight.get(session.id) ?? 0, waiting);
      const itself = input.processes.get(session.osPid ?? -1)?.readCharBytes ?? 0;
      if (inFlight === 0 && itself === 0 && session.state === 'idle') continue;
      this.#account(session, byId).saw(inFlight, itself);
    }
    return true;
  }

  /** What an io worker used in this tick. */
  hold(cost: ProcessCost): void {
    const bytes = this.#held.add(cost);
    const accounts = [...this.#accounts.values()].filter(({ weight }) => weight > 0);
    const total = accounts.reduce((all, { weight }) => all + weight, 0);
    for (const account of accounts) account.estimate((bytes * account.weight) / total);
  }

  /** After each tick: what the server has told by now is given, and what was held for long by estimate. */
  endTick(input: AttributionTick, byId: ReadonlyMap<string, SessionRow>, entries: Entries): void {
    if (input.sessionReads) {
      this.#told(input.sessionReads, byId);
      this.#give(
        [...this.#accounts.values()].flatMap((account) => account.takeTold()),
        entries,
      );
    }
    if (this.#held.tick() >= LONGEST_HOLD_TICKS) this.giveAll(entries);
    const live = new Set(input.sessionReads ? input.sessions.map(sessionKeyOf) : []);
    for (const [key, account] of this.#accounts) {
      account.endTick();
      if (input.sessionReads && !live.has(key) && account.estimated === 0) this.#accounts.delete(key);
    }
  }

  /** Nothing is held any more. */
  giveAll(entries: Entries): void {
    const accounts = [...this.#accounts.values()];
    const estimated = accounts.reduce((all, { estimated: bytes }) => all + bytes, 0);
    const scale = estimated > 0 ? Math.min(1, this.#held.bytes / estimated) : 0;
    this.#give(
      accounts.flatMap((account) => account.takeEstimate(scale)),
      entries,
    );
    const rest = this.#held.takeAll();
    if (rest !== null) add(entries.background('io worker'), rest);
  }

  clear(): void {
    this.#accounts.clear();
    this.#totals = null;
  }

  #give(shares: readonly ReadShare[], entries: Entries): void {
    const parts = this.#held.take(shares.map(({ bytes }) => bytes));
    for (const [index, part] of parts.entries()) {
      const { session, digest, certain } = shares[index] as ReadShare;
      const entry = this.#entry(entries, session, digest);
      add(entry, part);
      if (!certain) entry.cpuErrorNs = Math.hypot(entry.cpuErrorNs, part.cpuNs / 2);
    }
  }

  /** A session that was not in the last reading began since: all that it has read is new. */
  #told(reads: ReadonlyMap<string, number>, byId: ReadonlyMap<string, SessionRow>): void {
    const totals = new Map<string, number>();
    for (const [id, total] of reads) {
      const session = byId.get(id);
      if (session === undefined) continue;
      const key = sessionKeyOf(session);
      totals.set(key, total);
      const read = this.#totals === null ? 0 : total - (this.#totals.get(key) ?? 0);
      if (read > 0) this.#account(session, byId).serverSays(read);
    }
    this.#totals = totals;
  }

  #entry(entries: Entries, session: SessionRow, digest: string | null): OpenEntry {
    if (this.#own.has(session.id)) return entries.session('monitor', session);
    if (session.kind !== 'client') return entries.background(session.backendType);
    return digest === null ? entries.session('session', session) : entries.statement(session, digest);
  }

  /** A parallel worker has an account of its own, because the server tells of each; what it reads is its leader's. */
  #account(session: SessionRow, byId: ReadonlyMap<string, SessionRow>): IoAccount {
    const owner = byId.get(session.leaderId ?? '') ?? session;
    const key = sessionKeyOf(session);
    const account = this.#accounts.get(key) ?? new IoAccount(owner);
    account.runs(owner);
    this.#accounts.set(key, account);
    return account;
  }
}
