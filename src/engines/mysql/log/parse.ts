import type { InstanceFacts } from '../../../core/facts.js';
import type { ReportedDeadlock } from '../../../core/lock-analyst.js';
import type { LogFindings } from '../../../core/server-log.js';
import { partyOf } from '../deadlocks/parse.js';
import { reportedOf } from '../deadlocks/reported.js';
import { PrintedParty } from './printed-party.js';

/** Both flavours' and 5.7's: time, thread, severity; MySQL 8 has a code and a subsystem, the others say `InnoDB:`. */
const PREFIX =
  /^(\d{4}-\d\d-\d\d[T ] ?\d?\d:\d\d:\d\d\S*) +\d+ \[\w+\] (?:\[MY-\d+\] \[\w+\] |InnoDB: )?[ \t]*(.*)$/;
const HEADING = /^\*\*\* /;
const VICTIM = /^\*\*\* WE ROLL BACK TRANSACTION \((\d+)\)/;
const BEGINS = /^TRANSACTION \d+, ACTIVE/;

/**
 * Deadlocks of innodb_print_all_deadlocks: what LATEST DETECTED DEADLOCK shows, its headings as notes of the log. MySQL 8
 * leaves these out at its default log_error_verbosity of 2: transactions then stand one after the other, and those whose
 * waits are for locks of one another are one deadlock, whose time and victim are not told. Lines of others between them are
 * passed over. Pure.
 */
export function parseLog(text: string, atMs: number, facts: InstanceFacts): LogFindings {
  if (!text.includes('TRANSACTION')) return { deadlocks: [], rest: '' };
  const reader = new Reader(atMs, facts);
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  lines.forEach((line, index) => {
    reader.line(line, index);
  });
  const from = reader.end();
  return { deadlocks: reader.found, rest: from === null ? '' : `${lines.slice(from).join('\n')}\n` };
}

class Reader {
  readonly found: ReportedDeadlock[] = [];
  #parties: PrintedParty[] = [];
  /** Where the open deadlock began. */
  #from: number | null = null;
  #timeMs: number | null = null;
  #headed = false;

  constructor(
    private readonly atMs: number,
    private readonly facts: InstanceFacts,
  ) {}

  line(line: string, index: number): void {
    const [, time = '', message] = PREFIX.exec(line) ?? [];
    const words = message ?? line;
    if (message !== undefined && /deadlock detected/i.test(message)) {
      this.#close();
      this.#from = index;
      this.#timeMs = timeOf(time);
      this.#headed = true;
    } else if (HEADING.test(words)) this.#heading(words, index);
    else if (message !== undefined) return;
    else if (BEGINS.test(line) && this.#parties.at(-1)?.inStatement !== true) {
      if (!this.#headed && this.#isCircle()) this.#emit(null);
      this.#from ??= index;
      this.#parties.push(new PrintedParty());
    } else this.#parties.at(-1)?.add(line);
  }

  /** The first line of what is not complete. */
  end(): number | null {
    if (!this.#headed && this.#isCircle()) this.#emit(null);
    return this.#from;
  }

  #heading(words: string, index: number): void {
    const victim = VICTIM.exec(words);
    if (victim !== null) {
      this.#emit(Number(victim[1]));
      return;
    }
    this.#from ??= index;
    this.#headed = true;
    this.#parties.at(-1)?.heading(words);
  }

  /** Each waits for what another one holds. */
  #isCircle(): boolean {
    const all = this.#parties;
    return (
      all.length > 1 &&
      all.every(
        (party) =>
          party.waits !== null &&
          all.some((other) => other !== party && other.holds.has(party.waits as string)),
      )
    );
  }

  #emit(victim: number | null): void {
    const parties = this.#parties.map((party) => partyOf(party.text));
    const known = parties.filter((party) => party !== null);
    const at = { atMs: this.#timeMs ?? this.atMs, source: 'error log' };
    if (known.length > 0 && known.length === parties.length) {
      const place = victim !== null && victim >= 1 && victim <= known.length ? victim - 1 : null;
      this.found.push(reportedOf(known, place, this.facts, at));
    }
    this.#close();
  }

  #close(): void {
    this.#parties = [];
    this.#from = null;
    this.#timeMs = null;
    this.#headed = false;
  }
}

/** MariaDB and 5.7 with log_timestamps=SYSTEM: a zone that only the server knows. */
function timeOf(text: string): number | null {
  const ms = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
