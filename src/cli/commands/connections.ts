import { connectionsLines } from '../../render/connections.js';
import { type CommandContext, oneTarget, print, printJson } from '../context.js';
import type { FilterFlags } from '../filters.js';
import { withMonitor } from '../with-monitor.js';

export async function connections(
  context: CommandContext,
  [name]: readonly string[],
  flags: FilterFlags,
): Promise<void> {
  const target = await oneTarget(context, name);
  await withMonitor(context, target, { sample: '3s' }, async (monitor) => {
    const { since, until } = flags;
    const report = await monitor.getConnectionUsage({
      database: target.name,
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    });
    if (context.options.json) printJson(report);
    else print(connectionsLines(report, context.width, context.style));
  });
}
