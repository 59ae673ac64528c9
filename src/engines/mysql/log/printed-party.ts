const RECORD = /^RECORD LOCKS space id (\d+) page no (\d+) /;
const TABLE = /^TABLE LOCK table (\S+) /;
const HEAP = /^Record lock, heap no (\d+) /;

/** One transaction of a deadlock as lines of a log, with what stands in for headings that were left out. */
export class PrintedParty {
  /** Locks as `space:page:heap` or a table's name. */
  readonly holds = new Set<string>();
  waits: string | null = null;
  #lines: string[] = [];
  #page: { readonly of: string; readonly waiting: boolean } | null = null;
  /** What follows are locks of the other one (MariaDB: CONFLICTING WITH). */
  #others = false;

  /** No lock was printed yet: a line like the first of a transaction is one of a literal. */
  get inStatement(): boolean {
    return this.#page === null;
  }

  get text(): string {
    return this.#lines.join('\n');
  }

  heading(words: string): void {
    this.#others = words.includes('CONFLICTING WITH');
    if (this.#others) this.#lines.push('*** CONFLICTING WITH:');
  }

  add(line: string): void {
    const record = RECORD.exec(line);
    const table = TABLE.exec(line);
    if (record !== null || table !== null) this.#lock(line, record, table);
    else if (this.#page !== null) this.#row(line);
    // MariaDB has empty lines after its headings.
    else if (line !== '') this.#lines.push(line);
  }

  #lock(line: string, record: RegExpExecArray | null, table: RegExpExecArray | null): void {
    const waiting = / waiting$/.test(line.trimEnd());
    if (!this.#others)
      this.#lines.push(waiting ? '*** WAITING FOR THIS LOCK TO BE GRANTED:' : '*** HOLDS THE LOCK(S):');
    this.#lines.push(line);
    this.#page = record === null ? { of: '', waiting } : { of: `${record[1]}:${record[2]}`, waiting };
    if (table !== null) this.#keep(table[1] as string, waiting);
  }

  #row(line: string): void {
    const heap = HEAP.exec(line)?.[1];
    if (heap !== undefined && this.#page !== null) this.#keep(`${this.#page.of}:${heap}`, this.#page.waiting);
  }

  #keep(lock: string, waiting: boolean): void {
    if (this.#others) return;
    if (waiting) this.waits ??= lock;
    else this.holds.add(lock);
  }
}
