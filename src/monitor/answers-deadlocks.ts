import { deadlockAnswer, statementsIn } from '../analysis/locks/deadlocks/answer/items.js';
import type { DeadlocksReport } from '../core/deadlock-report.js';
import { DEADLOCK_KINDS, type DeadlockOptions } from '../core/monitor-options.js';
import { type AnswerContext, envelope, overheadOf, reportWindow, windowOf } from './answers.js';

/** How long a pattern is remembered after it was told: as long as the store keeps anything. */
const PATTERNS_MS = 7 * 24 * 3_600_000;
const MOST_ITEMS = 200;

export async function answerDeadlocks(
  context: AnswerContext,
  options: DeadlockOptions,
): Promise<DeadlocksReport> {
  const { reader, clock } = context;
  const { database } = options;
  const window = windowOf(clock, options.since ?? options.timeRange ?? '24h', options.until);
  const known = { fromMs: Math.min(window.fromMs, window.toMs - PATTERNS_MS), toMs: window.toMs };
  const [records, ticks] = await Promise.all([
    reader.deadlocks(database, known),
    reader.ticks(database, window),
  ]);
  const texts = await reader.texts(statementsIn(records));
  const kinds = options.kinds ?? DEADLOCK_KINDS;
  return {
    ...envelope('dbvitals.deadlocks/1', context, database, reportWindow(window, ticks), overheadOf(ticks)),
    ...deadlockAnswer(records, texts, { window, kinds, limit: options.limit ?? MOST_ITEMS }),
  };
}
