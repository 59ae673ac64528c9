import { describe, expect, it } from 'vitest';
import { sessionIdOf, statementIdOf } from '../../src/core/ids.js';

describe('ids', () => {
  it('are stable, so that restarts and readers agree', () => {
    expect(statementIdOf('prod', '-123')).toBe(statementIdOf('prod', '-123'));
    expect(statementIdOf('prod', '-123')).toMatch(/^[0-9a-f]{16}$/);
  });

  it('tell a reused session id from its predecessor', () => {
    expect(sessionIdOf('prod', '42', 1_000)).not.toBe(sessionIdOf('prod', '42', 2_000));
  });

  it('do not run parts together', () => {
    expect(statementIdOf('a', 'bc')).not.toBe(statementIdOf('ab', 'c'));
  });
});
