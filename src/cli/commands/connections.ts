import { connectionsLines } from '../../render/connections.js';
import { type CommandContext, oneTarget, print, printJson } from '../context.js';
import { type FilterFlags, filterOptions, isPresent } from '../filters.js';
import { withMonitor } from '../with-monitor.js';

export async function connections(
  context: CommandContext,
  [name]: readonly string[],
  flags: FilterFlags,
): Promise<void> {
  const target = await oneTarget(context, name);
  await withMonitor(context, target, { sample: '3s', present: isPresent(flags) }, async (monitor) => {
    const report = await monitor.getConnectionUsage({
      database: target.name,
      ...filterOptions(flags),
    });
    if (context.options.json) printJson(report);
    else print(connectionsLines(report, context.width, context.style));
  });
}
