import type { DeadlockRecord } from '../../../../core/lock-samples.js';
import type { Finding } from '../../../../core/report.js';

/** An open prediction about sessions older than this was lost sight of (the collector ended). */
export const STILL_OPEN_MS = 15_000;

/** What is worth waking somebody for: a circle that stands is critical, what happened and what can happen a warning. */
export function deadlockFindings(records: readonly DeadlockRecord[], nowMs: number): Finding[] {
  const open = (record: DeadlockRecord) => record.outcome === null;
  const live = records.filter((record) => open(record) && nowMs - record.atMs < STILL_OPEN_MS);
  const findings = [
    ...live
      .filter(({ kind }) => kind === 'imminent')
      .map((record) => one(record, 'DEADLOCK_IMMINENT', 'critical')),
    ...live.filter(({ kind }) => kind === 'risk').map((record) => one(record, 'DEADLOCK_RISK', 'warning')),
    ...records
      .filter(({ kind, outcome }) => kind === 'latent' && outcome !== 'resolved')
      .map((record) => one(record, 'DEADLOCK_PATTERN', 'warning')),
  ];
  const happened = records.filter(({ kind }) => kind === 'happened');
  const [last] = [...happened].sort((a, b) => b.atMs - a.atMs);
  return last === undefined ? findings : [...findings, counted(happened.length, last)];
}

function one(record: DeadlockRecord, code: string, severity: Finding['severity']): Finding {
  const about = record.resources.join(', ') || 'unnamed resources';
  const title =
    record.kind === 'imminent'
      ? `${record.parties.length} sessions wait in a circle over ${about}`
      : record.kind === 'risk'
        ? `two sessions are one lock away from a deadlock over ${about}`
        : `transactions over ${about} can deadlock`;
  return {
    code,
    severity,
    confidence: Number(record.probability.toFixed(2)),
    title,
    evidence: [{ what: 'told by', value: record.source, unit: '', at: new Date(record.atMs).toISOString() }],
    advice: record.advice,
  };
}

function counted(count: number, last: DeadlockRecord): Finding {
  return {
    code: 'DEADLOCKS_HAPPENED',
    severity: 'warning',
    confidence: 1,
    title: `${count} ${count === 1 ? 'deadlock' : 'deadlocks'} happened`,
    evidence: [{ what: 'deadlocks', value: count, unit: '', at: new Date(last.atMs).toISOString() }],
    advice: last.advice,
  };
}
