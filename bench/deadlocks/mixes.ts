/** Transaction mixes as data, for the simulator and for real servers alike. */
export interface MixStep {
  /** Table, or `advisory`. */
  readonly on: string;
  /**
   * `update`: exclusive on a row. `share`: SELECT … FOR SHARE. `insert`: a row by a unique key. `child`: a row of the table whose foreign key
   * locks a row of the parent shared. `probe`: SELECT … FOR UPDATE of a key that is not there (InnoDB: a gap). `gate`: an advisory lock.
   */
  readonly how: 'update' | 'share' | 'insert' | 'child' | 'probe' | 'gate';
  /** Which of the transaction's keys. */
  readonly key: number;
  /** Of `child`: the referenced table. */
  readonly parent?: string;
  /** Distinguishes statements on one table: another text, another digest. */
  readonly variant?: string;
}

export interface MixTemplate {
  readonly name: string;
  readonly weight: number;
  /** The transaction's keys. `hot`: row 0. `low`, `high`: halves of the table. `sorted`: two or more keys in ascending order. */
  readonly keys: 'random' | 'sorted' | 'low' | 'high' | 'same' | 'hotFirst';
  readonly steps: readonly MixStep[];
}

export interface Mix {
  readonly name: string;
  /** Rows per table: at low contention ten times as many. */
  readonly rows: number;
  readonly sessions: number;
  readonly templates: readonly MixTemplate[];
  /** Patterns that are there: sets of tables, one twice for a pattern of one table. Empty: a control. */
  readonly truth: readonly (readonly string[])[];
  readonly engines?: readonly ('postgresql' | 'mysql')[];
}

const update = (on: string, key: number, variant?: string): MixStep => ({
  on,
  how: 'update',
  key,
  ...(variant === undefined ? {} : { variant }),
});
const template = (
  name: string,
  keys: MixTemplate['keys'],
  steps: readonly MixStep[],
  weight = 1,
): MixTemplate => ({
  name,
  weight,
  keys,
  steps,
});
const gate: MixStep = { on: 'advisory', how: 'gate', key: 9 };

const POSITIVE: readonly Mix[] = [
  {
    name: 'random-order',
    rows: 400,
    sessions: 32,
    truth: [['a', 'b']],
    templates: [
      template('forth', 'random', [update('a', 0), update('b', 1)]),
      template('back', 'random', [update('b', 1), update('a', 0)]),
    ],
  },
  {
    name: 'two-templates',
    rows: 400,
    sessions: 32,
    truth: [['a', 'b']],
    templates: [
      template('order', 'random', [update('a', 0, 'x'), update('b', 1, 'x')]),
      template('refund', 'random', [update('b', 1, 'y'), update('a', 0, 'y')]),
      template('other', 'random', [update('c', 0), update('d', 1)]),
    ],
  },
  {
    name: 'three-party',
    rows: 200,
    sessions: 32,
    truth: [['a', 'b', 'c']],
    templates: [
      template('ab', 'random', [update('a', 0, 'x'), update('b', 1, 'x')]),
      template('bc', 'random', [update('b', 0, 'y'), update('c', 1, 'y')]),
      template('ca', 'random', [update('c', 0, 'z'), update('a', 1, 'z')]),
    ],
  },
  {
    name: 'foreign-key-upgrade',
    rows: 100,
    sessions: 32,
    truth: [['a', 'a']],
    templates: [
      // Most only add a child; a few go on to change its parent.
      template(
        'add',
        'same',
        [
          { on: 'child', how: 'child', parent: 'a', key: 0 },
          { on: 'log', how: 'insert', key: 8 },
        ],
        9,
      ),
      template('book', 'same', [
        { on: 'child', how: 'child', parent: 'a', key: 0 },
        { on: 'a', how: 'update', key: 0, variant: 'upgrade' },
      ]),
    ],
  },
  {
    name: 'unique-insert',
    rows: 800,
    sessions: 32,
    truth: [['u', 'u']],
    templates: [
      template('claim', 'random', [
        { on: 'u', how: 'insert', key: 0 },
        { on: 'u', how: 'insert', key: 1 },
      ]),
    ],
  },
  {
    name: 'same-statement-twice',
    rows: 800,
    sessions: 32,
    truth: [['a', 'a']],
    templates: [template('transfer', 'random', [update('a', 0), update('a', 1)])],
  },
  {
    name: 'tpcc-like',
    rows: 1200,
    sessions: 32,
    truth: [['stock', 'stock']],
    templates: [
      template('new-order', 'random', [
        update('district', 2),
        update('stock', 0),
        update('stock', 1),
        update('stock', 3),
        { on: 'orders', how: 'insert', key: 8 },
      ]),
      template('payment', 'random', [update('warehouse', 2), update('district', 2), update('customer', 3)]),
    ],
  },
  {
    name: 'smallbank-like',
    rows: 600,
    sessions: 32,
    truth: [['checking', 'checking']],
    templates: [
      template('send-payment', 'random', [update('checking', 0, 'debit'), update('checking', 1, 'credit')]),
      template('amalgamate', 'random', [
        update('savings', 0),
        update('checking', 0, 'debit'),
        update('checking', 1, 'credit'),
      ]),
      template('deposit', 'random', [update('checking', 0, 'credit')]),
      template('savings', 'random', [update('savings', 0)]),
    ],
  },
  {
    name: 'gap-insert',
    rows: 200,
    sessions: 32,
    engines: ['mysql'],
    truth: [['g', 'g']],
    templates: [
      // Most find that it is not there and do something else.
      template(
        'look',
        'same',
        [
          { on: 'g', how: 'probe', key: 0 },
          { on: 'log', how: 'insert', key: 8 },
        ],
        9,
      ),
      template('find-or-create', 'same', [
        { on: 'g', how: 'probe', key: 0 },
        { on: 'g', how: 'insert', key: 0 },
      ]),
    ],
  },
];

const CONTROLS: readonly Mix[] = [
  {
    name: 'ordered-hot-row',
    rows: 300,
    sessions: 32,
    truth: [],
    templates: [template('transfer', 'sorted', [update('a', 0), update('a', 1)])],
  },
  {
    name: 'hot-row-first',
    rows: 300,
    sessions: 32,
    truth: [],
    templates: [template('count', 'hotFirst', [update('a', 0), update('a', 1)])],
  },
  {
    name: 'agreed-order',
    rows: 150,
    sessions: 32,
    truth: [],
    templates: [
      template('one', 'random', [update('a', 0, 'x'), update('b', 1, 'x')]),
      template('two', 'random', [update('a', 0, 'y'), update('b', 1, 'y'), update('c', 0, 'y')]),
      template('three', 'random', [update('b', 0), update('c', 1)]),
    ],
  },
  {
    name: 'gate-protected',
    rows: 100,
    sessions: 32,
    truth: [],
    templates: [
      template('forth', 'random', [update('gate', 9), update('a', 0), update('b', 1)]),
      template('back', 'random', [update('gate', 9), update('b', 1), update('a', 0)]),
      template('single', 'random', [update('a', 0)]),
    ],
  },
  {
    name: 'advisory-gate',
    rows: 100,
    sessions: 32,
    truth: [],
    templates: [
      template('forth', 'random', [gate, update('a', 0), update('b', 1)]),
      template('back', 'random', [gate, update('b', 1), update('a', 0)]),
      template('single', 'random', [update('b', 0)]),
    ],
  },
  {
    name: 'tpcb-like',
    rows: 100,
    sessions: 32,
    truth: [],
    templates: [
      template('tpcb', 'random', [
        update('accounts', 0),
        update('tellers', 1),
        update('branches', 2),
        { on: 'history', how: 'insert', key: 8 },
      ]),
    ],
  },
  {
    name: 'disjoint-keys',
    rows: 300,
    sessions: 32,
    truth: [],
    templates: [
      template('north', 'low', [update('a', 0), update('b', 1)]),
      template('south', 'high', [update('b', 1), update('a', 0)]),
    ],
  },
  {
    name: 'shared-readers',
    rows: 150,
    sessions: 32,
    truth: [],
    templates: [
      template('forth', 'random', [
        { on: 'a', how: 'share', key: 0 },
        { on: 'b', how: 'share', key: 1 },
        update('c', 0),
      ]),
      template('back', 'random', [
        { on: 'b', how: 'share', key: 0 },
        { on: 'a', how: 'share', key: 1 },
        update('c', 0),
      ]),
    ],
  },
  {
    name: 'single-statements',
    rows: 40,
    sessions: 32,
    truth: [],
    templates: [template('a', 'random', [update('a', 0)]), template('b', 'random', [update('b', 0)])],
  },
  {
    name: 'parent-first',
    rows: 150,
    sessions: 32,
    truth: [],
    templates: [
      template('book', 'same', [
        { on: 'a', how: 'update', key: 0, variant: 'lock' },
        { on: 'child', how: 'child', parent: 'a', key: 0 },
      ]),
    ],
  },
];

export const MIXES: readonly Mix[] = [...POSITIVE, ...CONTROLS];
