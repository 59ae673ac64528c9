import { DbvitalsError } from '../../core/errors.js';
import { DatabaseResourceMonitor } from '../../monitor.js';
import { plain } from '../../render/plain.js';
import { type CommandContext, print, printJson, targetsOf } from '../context.js';
import { endWith, printError } from '../exit.js';

/** Logs in once to each instance. */
export async function test(context: CommandContext, names: readonly string[]): Promise<void> {
  await using monitor = new DatabaseResourceMonitor();
  for (const target of await targetsOf(context, names)) {
    await monitor.addTarget(target);
    try {
      const { instance, engine, version, local, readOnly } = await monitor.getCapabilities({
        database: target.name,
        signal: context.signal,
      });
      if (context.options.json)
        printJson({ schema: 'dbvitals.test/1', instance, engine, version, local, readOnly });
      else
        print([
          `${plain(target.name)}: ${engine} ${plain(version)}, ${local.proven ? 'local' : 'not local'}, ${readOnly.proven ? 'read-only login' : plain(readOnly.reason)}`,
        ]);
    } catch (error) {
      if (!(error instanceof DbvitalsError)) throw error;
      printError(error, context.options.json === true);
      endWith(error.exitCode);
    }
  }
}
