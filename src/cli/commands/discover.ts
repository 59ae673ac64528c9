import { DatabaseResourceMonitor } from '../../monitor.js';
import { discoverLines } from '../../render/instances.js';
import { type CommandContext, print, printJson } from '../context.js';

export async function discover(context: CommandContext): Promise<void> {
  await using monitor = new DatabaseResourceMonitor();
  const report = await monitor.discoverInstances();
  if (context.options.json) printJson(report);
  else print(discoverLines(report, context.width, context.style));
}
