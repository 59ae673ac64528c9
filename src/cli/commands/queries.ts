import { parseDuration } from '../../config/index.js';
import type { QuerySortKey } from '../../core/monitor-options.js';
import { queriesLines } from '../../render/queries.js';
import { type CommandContext, oneTarget, print, printJson } from '../context.js';
import { type FilterFlags, filterOptions } from '../filters.js';
import { judge, type Severity } from '../judge.js';
import { withMonitor } from '../with-monitor.js';

interface Flags extends FilterFlags {
  readonly sort: QuerySortKey;
  readonly limit: string;
  readonly minDuration?: string;
  readonly sample: string;
  readonly failOn?: Severity;
}

export async function queries(
  context: CommandContext,
  [name]: readonly string[],
  flags: Flags,
): Promise<void> {
  const target = await oneTarget(context, name);
  await withMonitor(context, target, flags, async (monitor) => {
    const report = await monitor.getQueryResourceUsage({
      database: target.name,
      ...filterOptions(flags),
      sortBy: flags.sort,
      limit: Number(flags.limit),
      ...(flags.minDuration === undefined ? {} : { minDurationMs: parseDuration(flags.minDuration) }),
    });
    if (context.options.json) printJson(report);
    else print(queriesLines(report, context.width, context.style));
    judge(report.findings, flags.failOn);
  });
}
