import { CONNECTION_COUNTERS, connectionFailures } from '../analysis/connections/failures.js';
import { connectionItems, poolItems } from '../analysis/connections/items.js';
import type { ConnectionOptions } from '../core/monitor-options.js';
import type { ConnectionItem, ConnectionsReport } from '../core/session-report.js';
import {
  type AnswerContext,
  DEFAULT_RANGE,
  envelope,
  filterOf,
  overheadOf,
  sessionsSeen,
  windowOf,
} from './answers.js';

export async function answerConnections(
  context: AnswerContext,
  options: ConnectionOptions,
): Promise<ConnectionsReport> {
  const { reader, clock } = context;
  const seen = await sessionsSeen(context, { ...options, includeBackground: false });
  const items = connectionItems(seen.items, context.userLimits);
  const counted = windowOf(clock, options.since ?? DEFAULT_RANGE, options.until);
  const counters = await reader.instanceCounters(options.database, counted, CONNECTION_COUNTERS);
  return {
    ...envelope('dbvitals.connections/1', context, options.database, seen.window, overheadOf(seen.ticks)),
    limits: context.limits,
    max: context.maxConnections,
    reserved: context.reservedConnections,
    used: await usedOf(context, options, items),
    failures: connectionFailures(counters),
    pools: poolItems(context.pooler),
    items,
  };
}

/** Of a window the items are all that came and went in it: their sum would be more than there ever were. */
async function usedOf(
  context: AnswerContext,
  options: ConnectionOptions,
  items: readonly ConnectionItem[],
): Promise<number | null> {
  const { database, since, until } = options;
  if (since !== undefined)
    return (await context.reader.ticks(database, windowOf(context.clock, since, until))).peakConnections;
  if (Object.keys(filterOf(options)).length === 0) return countOf(items);
  const all = await sessionsSeen(context, { database, includeBackground: false });
  return countOf(connectionItems(all.items, null));
}

function countOf(items: readonly ConnectionItem[]): number {
  return items.reduce((sum, item) => sum + item.active + item.idle + item.idleInTransaction, 0);
}
