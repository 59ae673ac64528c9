/**
 * LATEST DETECTED DEADLOCK of SHOW ENGINE INNODB STATUS, in the words of MySQL 5.7 (held locks of the last party only),
 * 8 and 9 (of all), MariaDB up to 10.5 (as 5.7) and from 10.6 (`CONFLICTING WITH`, more than two parties). Times are of the
 * server's own zone, as text. Pure.
 */
export interface InnodbDeadlock {
  /** `2026-11-25 23:41:23`. */
  readonly at: string;
  /** When the status was printed, on the same clock. */
  readonly printedAt: string | null;
  /** Place in `parties`; null where the server does not say (MariaDB prints 0 at times, MDEV-29187). */
  readonly victim: number | null;
  readonly parties: readonly InnodbParty[];
}

export interface InnodbParty {
  readonly sessionId: string;
  /** With its literals: not to be handed on. */
  readonly statement: string | null;
  readonly waitsFor: InnodbLock | null;
}

export interface InnodbLock {
  readonly database: string | null;
  /** `schema.table`. */
  readonly relation: string;
  readonly index: string | null;
  /** As data_locks prints it: `X,REC_NOT_GAP`. */
  readonly mode: string;
}

/** Null where there was none, or where it is told in a way that is not known. */
export function parseDeadlock(status: string): InnodbDeadlock | null {
  const printedAt = TIME.exec(status.slice(0, 400))?.[0] ?? null;
  const [, section] = /\nLATEST DETECTED DEADLOCK\n-+\n([\s\S]*)/.exec(`\n${status}`) ?? [];
  if (section === undefined) return null;
  const at = TIME.exec(section)?.[0];
  const body = section.split(/\n-{4,}\nTRANSACTIONS\n-{4,}/)[0] as string;
  const starts = [...body.matchAll(PARTY)];
  const parties = starts.map((start, index) =>
    partyOf(body.slice(start.index + start[0].length, starts[index + 1]?.index)),
  );
  if (at === undefined || parties.length === 0 || parties.includes(null)) return null;
  return {
    at,
    printedAt: printedAt === at ? null : printedAt,
    victim: victimOf(body, parties.length),
    parties: parties as InnodbParty[],
  };
}

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;
const PARTY = /^\*\*\* (?:\(\d+\) )?TRANSACTION:[ \t]*$/gm;
const THREAD = /^(?:MySQL|MariaDB) thread id (\d+), .*$/m;
/** What comes after the statement. A literal may look like it: what is cut then is only the end of the statement. */
const AFTER = /^\*\*\* (?:\(\d+\) )?(?:HOLDS THE LOCK|WAITING FOR THIS LOCK|CONFLICTING WITH|WE ROLL BACK)/m;
const WAITING = /^\*\*\* (?:\(\d+\) )?WAITING FOR THIS LOCK TO BE GRANTED:[ \t]*\n(.*)$/m;
const RECORD =
  /^RECORD LOCKS .* index (.+?) of table ((?:`(?:[^`]|``)+`\.?)+)(?: .*?)?trx id \d+ lock_mode (\S+)(.*)$/;
const TABLE = /^TABLE LOCK table ((?:`(?:[^`]|``)+`\.?)+)(?: .*?)?trx id \d+ lock mode (\S+)/;

/** Of the lines of one transaction, from its thread on. Null without a thread. */
export function partyOf(text: string): InnodbParty | null {
  const thread = THREAD.exec(text);
  if (thread === null) return null;
  const rest = text.slice(thread.index + thread[0].length);
  const statement = rest.slice(0, AFTER.exec(rest)?.index).trim();
  return {
    sessionId: thread[1] as string,
    statement: statement === '' ? null : statement,
    waitsFor: lockOf(WAITING.exec(text)?.[1] ?? ''),
  };
}

function lockOf(line: string): InnodbLock | null {
  const [, index, recordTable, mode, words = ''] = RECORD.exec(line) ?? [];
  const [, table, tableMode] = TABLE.exec(line) ?? [];
  const name = recordTable ?? table;
  if (name === undefined) return null;
  const [database = null, relation = ''] = namesOf(name);
  return {
    database,
    relation: `${database}.${relation}`,
    index: index?.replaceAll('`', '') ?? null,
    mode: mode === undefined ? (tableMode ?? '').replace('-', '_') : [mode, ...flagsOf(words)].join(','),
  };
}

function namesOf(quoted: string): string[] {
  return [...quoted.matchAll(/`((?:[^`]|``)+)`/g)].map(([, name = '']) => name.replaceAll('``', '`'));
}

/** `locks rec but not gap`, `locks gap before rec insert intention`. */
function flagsOf(words: string): string[] {
  return [
    ...(words.includes('locks rec but not gap') ? ['REC_NOT_GAP'] : []),
    ...(words.includes('locks gap before rec') ? ['GAP'] : []),
    ...(words.includes('insert intention') ? ['INSERT_INTENTION'] : []),
  ];
}

/** The search that was given up names its victim by printing it first. */
function victimOf(body: string, parties: number): number | null {
  if (/TOO DEEP OR LONG SEARCH/.test(body)) return 0;
  const place = Number(/^\*\*\* WE ROLL BACK TRANSACTION \((\d+)\)/m.exec(body)?.[1] ?? 0);
  return place >= 1 && place <= parties ? place - 1 : null;
}
