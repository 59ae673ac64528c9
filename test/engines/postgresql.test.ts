import { describe, expect, it } from 'vitest';
import { postgresql } from '../../src/engines/postgresql/index.js';
import { QUERIES } from '../../src/engines/postgresql/queries.generated.js';
import { queryFor, statementsQueryFor } from '../../src/engines/postgresql/select.js';
import { waitClassOf } from '../../src/engines/postgresql/wait-classes.js';

describe('choosing the SQL', () => {
  it('takes the highest file that is not above the server', () => {
    const file = (version: number) => {
      const query = queryFor('sessions', { versionNumber: version * 10_000 });
      return 'file' in query ? query.file : query.unavailable;
    };
    expect([12, 13, 14, 18].map(file)).toEqual([
      'sessions/12.sql',
      'sessions/13.sql',
      'sessions/14.sql',
      'sessions/14.sql',
    ]);
  });

  it('says why there is none below the lowest', () => {
    expect(queryFor('counters-io', { versionNumber: 150_000 })).toMatchObject({
      unavailable: expect.stringContaining('came with 16'),
    });
  });

  it('goes by the version of the extension where it is one', () => {
    expect(statementsQueryFor('statements', '1.10')).toMatchObject({ file: 'statements/109.sql' });
    expect(statementsQueryFor('statements', '1.6')).toHaveProperty('unavailable');
  });

  it('reaches every file for some version', () => {
    const reached = new Set<string>();
    for (const { probe } of Object.values(QUERIES).flat()) {
      for (let version = 12; version <= 18; version += 1) {
        const query = queryFor(probe as never, { versionNumber: version * 10_000 });
        if ('file' in query) reached.add(query.file);
      }
      for (let minor = 7; minor <= 12; minor += 1) {
        const query = statementsQueryFor(probe as never, `1.${minor}`);
        if ('file' in query && query.since >= 100) reached.add(query.file);
      }
    }
    expect(
      Object.values(QUERIES)
        .flat()
        .map(({ file }) => file)
        .filter((file) => !reached.has(file)),
    ).toEqual([]);
  });
});

describe('wait classes', () => {
  it.each([
    ['active', null, null, 'cpu'],
    ['active', 'Lock', 'transactionid', 'lockRow'],
    ['active', 'Lock', 'relation', 'lockObject'],
    ['active', 'Lock', 'advisory', 'lockApplication'],
    ['active', 'IO', 'DataFileRead', 'ioDataRead'],
    ['active', 'IO', 'AioIoCompletion', 'ioDataRead'],
    ['active', 'IO', 'BufFileWrite', 'ioTemp'],
    ['active', 'IO', 'BuffileWrite', 'ioTemp'],
    ['active', 'IO', 'WALSync', 'logCommit'],
    ['active', 'IO', 'WalSync', 'logCommit'],
    ['active', 'LWLock', 'WALWrite', 'logCommit'],
    ['active', 'LWLock', 'LockManager', 'latch'],
    ['active', 'IPC', 'ExecuteGather', 'parallel'],
    ['active', 'Client', 'ClientRead', 'networkClient'],
    ['idle', 'Client', 'ClientRead', 'idle'],
    ['idleInTransaction', 'Client', 'ClientRead', 'idleInTransaction'],
    ['active', 'Future', 'Unheard', 'other'],
  ] as const)('%s %s:%s is %s', (state, type, event, expected) => {
    expect(waitClassOf(state, type, event)).toBe(expected);
  });
});

describe('process titles', () => {
  const sessionOf = (title: string) => postgresql.sessionsFromTitles([{ pid: 7, title, startedAtMs: 1 }])[0];

  it.each([
    [
      'postgres: app shop 10.0.0.1(5432) SELECT',
      { user: 'app', database: 'shop', clientAddress: '10.0.0.1', clientPort: 5432, state: 'active' },
    ],
    ['postgres: app shop [local] idle in transaction', { clientAddress: null, state: 'idleInTransaction' }],
    [
      'postgres: main: app shop [local] UPDATE waiting',
      { user: 'app', state: 'active', waitClass: 'lockObject' },
    ],
    ['postgres: checkpointer ', { state: 'background', backendType: 'checkpointer', kind: 'system' }],
    ['postgres: main: autovacuum worker shop', { state: 'background', backendType: 'autovacuum worker' }],
  ])('%s', (title, expected) => {
    expect(sessionOf(title)).toMatchObject(expected);
  });
});
