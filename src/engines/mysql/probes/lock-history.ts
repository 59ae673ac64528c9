import type { InstanceFacts } from '../../../core/facts.js';
import type { TransactionStep } from '../../../core/lock-analyst.js';
import type { Probe } from '../../../core/probe.js';
import type { Row } from '../../../core/row.js';
import { referredBy } from '../foreign-keys.js';
import { statedBy } from '../named-row.js';
import { sampledDigest } from '../sampled-texts.js';
import { has, isMariadb, queryFor } from '../select.js';

/** The statement looks at this many threads at a time. */
const THREADS = 100;
const MOST_GROUPS = 64;
const MOST_SESSIONS = 20_000;
/**
 * Texts that are looked at in one reading, 20 µs each: orders of rows are known after some hundreds of transactions, and
 * only programs that are new need more.
 */
const TEXTS = { atFirst: 600, readings: 20, later: 60 };

interface Progress {
  /** Threads are read by groups, one group a time, so that none has many more than THREADS. */
  groups: number;
  turn: number;
  /** The last step that was handed on, by session. */
  readonly seen: Map<string, number>;
}

/** By connection: facts live as long as one does. */
const PROGRESS = new WeakMap<InstanceFacts, Progress>();

/**
 * Statements that transactions finished, from events_statements_history, which keeps the last ten of a thread: in which
 * order transactions take their locks, and of which rows where the texts name them. All threads at once would cost the
 * server 14 ms with 1,000 sessions.
 */
export const lockHistory: Probe = {
  name: 'lock-history',
  lane: 'armed',
  select: (facts) =>
    has(facts, 'locks.history')
      ? queryFor(isMariadb(facts) ? 'lock-history-mariadb' : 'lock-history-mysql', facts)
      : { unavailable: 'no history of statements is kept', remedy: null },
  parameters: ({ facts }) => {
    const { groups, turn } = progressOf(facts);
    return [groups, turn % groups];
  },
  toRecords(rows, { facts }) {
    const progress = progressOf(facts);
    progress.turn += 1;
    const sessions = new Set(rows.map(({ id }) => id)).size;
    if (sessions >= THREADS) progress.groups = Math.min(MOST_GROUPS, progress.groups * 2);
    else if (sessions < THREADS / 4) progress.groups = Math.max(1, progress.groups / 2);
    return { history: newSteps(rows, facts, progress) };
  },
};

function newSteps(
  rows: readonly Row[],
  facts: InstanceFacts,
  { seen, turn }: Progress,
): readonly TransactionStep[] {
  let texts = turn > TEXTS.readings ? TEXTS.later : TEXTS.atFirst;
  const steps = inOrder(rows, turn).flatMap((row, index, all): TransactionStep[] => {
    const sessionId = String(row.id);
    const step = Number(row.step);
    if (step <= (seen.get(sessionId) ?? -1)) return [];
    seen.set(sessionId, step);
    texts -= 1;
    return [
      {
        sessionId,
        transaction: String(row.transaction),
        step,
        digest: digestOf(row, facts),
        // The history of a thread is of consecutive statements; what was not looked at is as good as lost.
        follows: texts >= 0 && String(all[index - 1]?.id) === sessionId,
        ...(texts >= 0 ? locksOf(row, facts) : NOT_LOOKED_AT),
      },
    ];
  });
  if (seen.size > MOST_SESSIONS) seen.clear();
  return steps;
}

const NOT_LOOKED_AT = { row: null, shares: [], plainRead: false } as const;

/** InnoDB locks what an inserted row refers to shared, and the gap where a row that was asked for is not. */
function locksOf(
  { statement, current_schema: schema, rows_sent: sent, isolation }: Row,
  facts: InstanceFacts,
): Pick<TransactionStep, 'row' | 'shares' | 'plainRead'> {
  const { row, plainRead, asked } = statedBy(
    String(statement ?? ''),
    schema === null ? null : String(schema),
  );
  if (row === null) return { row, shares: [], plainRead };
  if (asked && Number(sent) === 0) {
    const gaps = /^(REPEATABLE READ|SERIALIZABLE)$/.test(String(isolation));
    return { row: null, shares: gaps ? [row] : [], plainRead: true };
  }
  return { row, shares: row.inserted ? referredBy(facts, row) : [], plainRead };
}

/** Session by session, with another one first each time. */
function inOrder(rows: readonly Row[], turn: number): Row[] {
  const placed = rows.map((row) => {
    const id = Number(row.id);
    return { row, id, place: (id * 31 + turn * 97) % 1009, step: Number(row.step) };
  });
  placed.sort((a, b) => a.place - b.place || a.id - b.id || a.step - b.step);
  return placed.map(({ row }) => row);
}

/** Sessions of MariaDB have our digest of their text; so must what they ran. */
function digestOf({ digest, text }: Row, facts: InstanceFacts): string {
  return text === null ? String(digest) : sampledDigest(facts, String(text), String(digest));
}

function progressOf(facts: InstanceFacts): Progress {
  const known = PROGRESS.get(facts) ?? { groups: 1, turn: 0, seen: new Map() };
  PROGRESS.set(facts, known);
  return known;
}
