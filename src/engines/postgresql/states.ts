import type { SessionState } from '../../core/session.js';

const STATES: Readonly<Record<string, SessionState>> = {
  active: 'active',
  'fastpath function call': 'active',
  idle: 'idle',
  'idle in transaction': 'idleInTransaction',
  'idle in transaction (aborted)': 'idleInTransactionAborted',
};

/** Server processes have no state of their own; a client without one is hidden from this login. */
export function stateOf(state: string | null, backendType: string | null): SessionState {
  if (state !== null) return STATES[state] ?? 'unknown';
  return backendType === null || backendType === 'client backend' ? 'unknown' : 'background';
}
