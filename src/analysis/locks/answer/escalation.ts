import type { LockEdgeSample, LockSessionSample } from '../../../core/lock-samples.js';
import type { TickTotals, WaitTotals } from '../../../core/reader.js';
import type { Evidence, Finding } from '../../../core/report.js';
import type { CounterSample } from '../../../core/samples.js';
import { autoIncrement, gapFindings, growthFindings } from './escalation-innodb.js';
import { fastPathFinding, lockTableFinding, predicateFinding } from './escalation-postgresql.js';
import { upgradeFindings } from './upgrades.js';

export interface EscalationInput {
  /** Oldest first. */
  readonly sessions: readonly LockSessionSample[];
  readonly edges: readonly LockEdgeSample[];
  readonly counters: readonly CounterSample[];
  readonly waits: readonly WaitTotals[];
  readonly ticks: TickTotals;
  readonly anonBytes: number | null;
  readonly atMs: number;
}

/** Server-wide numbers that the analysis of escalation needs. */
export const ESCALATION_COUNTERS = [
  'locks.used',
  'locks.capacity',
  'locks.slowPath',
  'locks.fastPath',
  'locks.predicate',
] as const;

/** Locks that grow: stronger modes, more rows, fuller tables; each with what the instance did in the same seconds. */
export function escalationFindings(input: EscalationInput): Finding[] {
  const surroundings = surroundingsOf(input);
  return [
    ...upgradeFindings(input.sessions),
    ...growthFindings(input.sessions),
    ...gapFindings(input.sessions),
    ...autoIncrement(input.edges),
    ...lockTableFinding(input.counters),
    ...fastPathFinding(input.sessions, input.counters, input.waits),
    ...predicateFinding(input.counters),
  ].map((finding) => ({ ...finding, evidence: [...finding.evidence, ...surroundings] }));
}

/** CPU, memory and waits of the same window. */
function surroundingsOf({ ticks, anonBytes, waits, atMs }: EscalationInput): Evidence[] {
  const at = new Date(atMs).toISOString();
  const total = waits.reduce((sum, { samples }) => sum + samples, 0);
  const locked = waits
    .filter(({ waitClass, waitEvent }) => waitClass.startsWith('lock') || waitEvent === 'LockManager')
    .reduce((sum, { samples }) => sum + samples, 0);
  return [
    ...(ticks.cpuNs === null || ticks.elapsedMs === 0
      ? []
      : [{ what: 'instance CPU', value: round(ticks.cpuNs / 1e6 / ticks.elapsedMs), unit: 'cores', at }]),
    ...(anonBytes === null
      ? []
      : [{ what: 'memory of its sessions', value: Math.round(anonBytes / 1024 ** 2), unit: 'MB', at }]),
    ...(total === 0
      ? []
      : [
          {
            what: 'active session time spent in lock waits',
            value: Math.round((100 * locked) / total),
            unit: '%',
            at,
          },
        ]),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
