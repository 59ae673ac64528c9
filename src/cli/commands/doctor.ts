import { DbvitalsError } from '../../core/errors.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { doctorLines } from '../../render/instances.js';
import { type CommandContext, print, printJson, targetsOf } from '../context.js';
import { endWith, printError } from '../exit.js';

/** Every instance has its turn; the exit code is the worst. */
export async function doctor(context: CommandContext, names: readonly string[]): Promise<void> {
  await using monitor = new DatabaseResourceMonitor();
  for (const target of await targetsOf(context, names)) {
    await monitor.addTarget(target);
    try {
      const report = await monitor.getCapabilities({ database: target.name, signal: context.signal });
      if (context.options.json) printJson(report);
      else print(doctorLines(report, context.width, context.style));
    } catch (error) {
      if (!(error instanceof DbvitalsError)) throw error;
      printError(error, context.options.json === true);
      endWith(error.exitCode);
    }
  }
}
