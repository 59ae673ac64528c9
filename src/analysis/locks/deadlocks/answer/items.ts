import type { DeadlockItem, DeadlocksReport } from '../../../../core/deadlock-report.js';
import type { DeadlockKind, DeadlockRecord } from '../../../../core/lock-samples.js';
import type { Window } from '../../../../core/reader.js';
import type { StatementText } from '../../../../core/statement.js';
import { deadlockFindings } from './findings.js';
import { foretoldAt } from './foretold.js';
import { scoresOf } from './scores.js';

export interface DeadlockQuestion {
  readonly window: Window;
  readonly kinds: readonly DeadlockKind[];
  readonly limit: number;
}

/** Patterns stay true until their programs change: those told before the window are part of the answer. */
export function deadlockAnswer(
  records: readonly DeadlockRecord[],
  texts: ReadonlyMap<string, StatementText>,
  { window, kinds, limit }: DeadlockQuestion,
): Pick<DeadlocksReport, 'scores' | 'findings' | 'omitted' | 'items'> {
  const inWindow = records.filter(
    ({ kind, atMs, outcome }) => atMs >= window.fromMs || (kind === 'latent' && outcome !== 'resolved'),
  );
  const happened = inWindow.filter(({ kind }) => kind === 'happened');
  const predictions = inWindow.filter(({ kind }) => kind !== 'happened');
  const foretold = foretoldAt(happened, predictions);
  const asked = inWindow.filter(({ kind }) => kinds.includes(kind));
  const shown = [...asked].sort((a, b) => b.atMs - a.atMs).slice(0, limit);
  return {
    scores: scoresOf(happened, predictions, foretold),
    findings: deadlockFindings(asked, window.toMs),
    omitted: asked.length - shown.length,
    items: shown.map((record) => itemOf(record, texts, foretold.get(record.deadlockId) ?? null)),
  };
}

export function statementsIn(records: readonly DeadlockRecord[]): string[] {
  return [...new Set(records.flatMap(({ parties }) => parties.flatMap(({ statementIds }) => statementIds)))];
}

function itemOf(
  record: DeadlockRecord,
  texts: ReadonlyMap<string, StatementText>,
  foretoldMs: number | null,
): DeadlockItem {
  return {
    deadlockId: record.deadlockId,
    kind: record.kind,
    at: iso(record.atMs),
    parties: record.parties,
    statements: statementsIn([record]).map((statementId) => ({
      statementId,
      text: texts.get(statementId)?.text ?? null,
    })),
    resources: record.resources,
    victim: record.victimId,
    expectedAt: record.expectedAtMs === null ? null : iso(record.expectedAtMs),
    probability: record.probability,
    outcome: record.outcome,
    outcomeAt: record.outcomeAtMs === null ? null : iso(record.outcomeAtMs),
    leadSeconds: foretoldMs === null ? null : (record.atMs - foretoldMs) / 1000,
    source: record.source,
    advice: record.advice,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
