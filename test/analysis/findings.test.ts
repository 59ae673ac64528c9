import { describe, expect, it } from 'vitest';
import { queryFindings } from '../../src/analysis/findings/queries.js';
import { sessionFindings } from '../../src/analysis/findings/sessions.js';
import type { QueryItem } from '../../src/core/query-report.js';
import type { SessionItem } from '../../src/core/session-report.js';

const session = (sessionId: string, more: Partial<SessionItem>): SessionItem =>
  ({
    sessionId,
    kind: 'client',
    backendType: 'client',
    state: 'active',
    user: 'shop',
    application: null,
    transactionAgeSeconds: 3,
    blockedBy: [],
    at: '2026-01-01T00:00:00.000Z',
    ...more,
  }) as SessionItem;

const statement = (text: string, more: Partial<QueryItem>): QueryItem =>
  ({ kind: 'statement', text, statementId: text, waitMs: {}, calls: 1, ...more }) as QueryItem;

const window = { engine: 'mysql' as const, seconds: 10, cpuCount: 2, at: '2026-01-01T00:00:00.000Z' };

describe('findings of sessions', () => {
  const items = [
    session('18', { state: 'idleInTransaction' }),
    session('19', { blockedBy: ['18'] }),
    session('20', { blockedBy: ['19'] }),
  ];

  it('name the root of a chain, and how to end it in the words of its engine', () => {
    const [mysql] = sessionFindings({ engine: 'mysql', items });
    expect(mysql).toMatchObject({ code: 'BLOCKED_BY_IDLE_TRANSACTION', severity: 'critical' });
    expect(mysql?.title).toBe('2 sessions wait for session 18 (shop), which is idle in a transaction');
    expect(mysql?.advice).toContain('KILL 18');
    const [postgres] = sessionFindings({ engine: 'postgresql', items });
    expect(postgres?.advice).toContain('pg_terminate_backend(18)');
  });

  it('never paste what is no number into a statement', () => {
    const [finding] = sessionFindings({
      engine: 'postgresql',
      items: [session('1', { blockedBy: ['1); DROP TABLE x; --'] })],
    });
    expect(finding?.advice).not.toContain('DROP TABLE');
  });
});

describe('findings of statements', () => {
  it('say nothing of what the server does not count, and stop at three of a kind', () => {
    const items = Array.from({ length: 6 }, (_, n) =>
      statement(`scan ${n}`, { readBytes: (n + 1) * 100e6, logicalReadBytes: null, cpuMs: 1 }),
    );
    const found = queryFindings(items, window).filter(({ code }) => code === 'READS_FROM_DISK');
    expect(found.map(({ title }) => title.slice(-6))).toEqual(['scan 5', 'scan 4', 'scan 3']);
    expect(found[0]?.evidence.map(({ what }) => what)).toEqual(['read from the block layer']);
  });

  it('name the setting of the engine for sorts that spill', () => {
    const spilling = [statement('sort', { tempBytes: 1e9 })];
    expect(queryFindings(spilling, window)[0]?.title).toContain('sort_buffer_size');
    expect(queryFindings(spilling, { ...window, engine: 'postgresql' })[0]?.title).toContain('work_mem');
  });
});
