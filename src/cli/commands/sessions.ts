import { sessionFindings } from '../../analysis/findings/sessions.js';
import { findingLines } from '../../render/report-lines.js';
import { sessionsLines } from '../../render/sessions.js';
import { type CommandContext, oneTarget, print, printJson } from '../context.js';
import { type FilterFlags, filterOptions, isPresent } from '../filters.js';
import { withMonitor } from '../with-monitor.js';

export async function sessions(
  context: CommandContext,
  [name]: readonly string[],
  flags: FilterFlags,
): Promise<void> {
  const target = await oneTarget(context, name);
  await withMonitor(context, target, { sample: '3s', present: isPresent(flags) }, async (monitor) => {
    const report = await monitor.getSessions({
      database: target.name,
      ...filterOptions(flags),
      includeBackground: flags.background === true,
    });
    if (context.options.json) printJson(report);
    else
      print([
        ...sessionsLines(report, context.width, context.style),
        ...findingLines(sessionFindings(report), context.width, context.style),
      ]);
  });
}
