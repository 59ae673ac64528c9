import { describe, expect, it } from 'vitest';
import { type Meeting, Meetings } from '../../../../src/analysis/locks/deadlocks/meetings.js';
import type { Party, Scene, Wait } from '../../../../src/analysis/locks/deadlocks/party.js';
import { Stages } from '../../../../src/analysis/locks/deadlocks/stages.js';
import { StatementClasses } from '../../../../src/analysis/locks/deadlocks/statement-classes.js';
import { Transactions } from '../../../../src/analysis/locks/deadlocks/transactions.js';
import { edge, session } from './readings.js';

const NAME = 'shop.t';
const KEY = 'row:shop.t:PRIMARY:k';
let number = 0;

function party(digest: string, change: Partial<Party> = {}): Party {
  number += 1;
  const own = session(String(number), { digest, state: 'idleInTransaction' });
  return {
    session: own,
    transaction: null,
    key: `t${number}`,
    past: [],
    exact: false,
    firstWrite: null,
    holds: new Map(),
    shares: new Set(),
    rows: new Map(),
    complete: false,
    settled: true,
    listed: false,
    waits: [],
    ...change,
  };
}

/** `later` waits, in `mode`, for a row that the holder has in `held`. */
function wait(later: string, holder: Party, mode = 'X,REC_NOT_GAP', change: Partial<Party> = {}): Wait {
  const made = edge('w', 'h', 0, { mode });
  const asked = { ...made, resource: { ...made.resource, kind: 'row' as const, key: KEY, relation: NAME } };
  return { edge: asked, waiter: party(later, { waits: [asked], ...change }), holder, name: NAME };
}

const having = (digest: string, mode: string, change: Partial<Party> = {}) =>
  party(digest, { rows: new Map([[KEY, { mode, name: NAME, side: null }]]), ...change });

/** `takers`: statements that are known to lock rows of the table. */
function learned(
  waits: readonly Wait[],
  transactions = new Transactions(),
  takers: readonly string[] = ['debit'],
) {
  const statements = new StatementClasses();
  const votes = new Map(takers.map((digest) => [digest, new Map([[NAME, 1]])]));
  statements.recall({ votes });
  const meetings = new Meetings(new Stages(), transactions, statements);
  const scene = (each: Wait): Scene => ({ atMs: 0, serverNowMs: 0, parties: new Map(), waits: [each] });
  const last = waits.flatMap((each) => meetings.learn(scene(each))).at(-1) as Meeting;
  return { probability: () => (last === undefined ? 0 : meetings.probability(last)), last };
}

describe('two statements of one table, always in one order', () => {
  const meets = () => wait('credit', party('debit'));

  it('tell by few waits of the later for the first, however late their order is seen', () => {
    const transactions = new Transactions();
    const { probability } = learned([meets(), meets(), meets()], transactions);
    expect(probability()).toBe(0);
    transactions.followed(['debit'], 'credit');
    transactions.followed(['debit'], 'credit');
    expect(probability()).toBeGreaterThan(0.9);
  });

  it('tell nothing where the first is not known to lock the table: the last one seen may be BEGIN', () => {
    const transactions = new Transactions();
    for (let times = 0; times < 3; times += 1) transactions.followed(['debit'], 'credit');
    expect(learned([meets(), meets(), meets()], transactions, []).probability()).toBe(0);
  });

  it('tell nothing by waits that name no table', () => {
    const transactions = new Transactions();
    for (let times = 0; times < 3; times += 1) transactions.followed(['debit'], 'credit');
    const guessed = (): Wait => {
      const made = meets();
      return {
        ...made,
        edge: edge('w', 'h', 0, { resource: { ...made.edge.resource, kind: 'transaction', relation: null } }),
      };
    };
    expect(learned([guessed(), guessed(), guessed()], transactions).probability()).toBe(0);
  });

  it('tell nothing where somebody runs them the other way round, as programs that sort do', () => {
    const transactions = new Transactions();
    for (let times = 0; times < 3; times += 1) transactions.followed(['debit'], 'credit');
    transactions.followed(['credit'], 'debit');
    expect(learned([meets(), meets(), meets()], transactions).probability()).toBe(0);
  });
});

describe('one statement that asks shared for what it holds exclusively', () => {
  const insert = (change: Partial<Party> = {}) =>
    having('insert', 'X,REC_NOT_GAP', { exact: true, past: ['insert'], ...change });
  const asks = (holder: Party) => wait('insert', holder, 'S,REC_NOT_GAP', { exact: true });

  it('is an upgrade of two who wait for a third', () => {
    const { probability, last } = learned([asks(insert()), asks(insert())]);
    expect(last).toMatchObject({ name: NAME, checks: 2 });
    expect(probability()).toBeGreaterThan(0.8);
  });

  it('is none where another statement may have taken the row: the parent of a foreign key', () => {
    expect(learned([asks(insert({ past: ['update', 'insert'] }))]).last?.checks ?? 0).toBe(0);
    expect(learned([asks(insert({ exact: false }))]).last?.checks ?? 0).toBe(0);
  });

  it('is none of who asks exclusively', () => {
    expect(learned([wait('insert', insert())]).last?.checks ?? 0).toBe(0);
  });
});
