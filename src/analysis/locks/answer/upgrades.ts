import type { LockSessionSample } from '../../../core/lock-samples.js';
import { modeStrength } from '../../../core/lock-words.js';
import type { Finding } from '../../../core/report.js';

/** From here on a mode keeps readers or writers out: a table lock that grows to it is worth a word. */
const BLOCKING = 5;
const MOST = 10;

/** A transaction that holds a table in one mode and later in a stronger one that keeps others out. */
export function upgradeFindings(sessions: readonly LockSessionSample[]): Finding[] {
  const first = new Map<string, { mode: string; atMs: number }>();
  const found = new Map<string, Finding>();
  for (const session of sessions) {
    for (const [relation, mode] of strongest(session)) {
      const key = `${session.sessionId} ${transactionOf(session)} ${relation}`;
      const before = first.get(key);
      if (before === undefined) first.set(key, { mode, atMs: session.atMs });
      else if (modeStrength(mode) > modeStrength(before.mode) && modeStrength(mode) >= BLOCKING)
        found.set(key, upgrade(session, relation, before, mode));
    }
  }
  return [...found.values()].slice(-MOST);
}

/** Table and metadata locks by relation, the strongest of each. */
function strongest({ holds }: LockSessionSample): Map<string, string> {
  const modes = new Map<string, string>();
  for (const { kind, relation, mode } of holds) {
    if (relation === null || (kind !== 'table' && kind !== 'metadata')) continue;
    const known = modes.get(relation);
    if (known === undefined || modeStrength(mode) > modeStrength(known)) modes.set(relation, mode);
  }
  return modes;
}

/** Its start to the second: ages are kept in whole ms of two clocks. */
function transactionOf({ atMs, transactionAgeMs }: LockSessionSample): string {
  return transactionAgeMs === null ? '?' : String(Math.round((atMs - transactionAgeMs) / 2000));
}

function upgrade(
  session: LockSessionSample,
  relation: string,
  before: { mode: string; atMs: number },
  mode: string,
): Finding {
  const at = new Date(session.atMs).toISOString();
  return {
    code: 'LOCK_MODE_UPGRADE',
    severity: 'warning',
    confidence: 0.9,
    title: `Session ${session.id} (${session.user ?? '?'}) went from ${before.mode} to ${mode} on ${relation} within one transaction`,
    evidence: [
      {
        what: 'weaker mode first seen',
        value: before.mode,
        unit: '',
        at: new Date(before.atMs).toISOString(),
      },
      { what: 'stronger mode', value: mode, unit: '', at },
    ],
    advice:
      'Two transactions that both upgrade deadlock. Take the strongest mode that the transaction will need at its beginning.',
  };
}
