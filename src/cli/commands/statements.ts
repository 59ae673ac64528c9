import { ENGINE_ALIASES } from '../../core/engine-name.js';
import { DbvitalsError } from '../../core/errors.js';
import { loadEngine, SUPPORTED_ENGINES } from '../../engines/registry.js';
import { type CommandContext, print, printJson } from '../context.js';

interface Flags {
  readonly serverVersion?: string;
}

export async function statements(
  context: CommandContext,
  [engineName = '']: readonly string[],
  flags: Flags,
): Promise<void> {
  const name = ENGINE_ALIASES[engineName];
  if (name === undefined)
    throw new DbvitalsError('ENGINE_UNSUPPORTED', `no engine ${engineName.slice(0, 20)}`, {
      remedy: SUPPORTED_ENGINES.join(', '),
    });
  const engine = await loadEngine(name);
  const version = flags.serverVersion ?? null;
  if (version !== null && !/^\d+(\.\d+)*$/.test(version))
    throw new DbvitalsError('USAGE', `${version.slice(0, 20)} is no version`, {
      remedy: 'such as 16, 8.0.36, 10.11',
    });
  const lanes = new Map(engine.probes.map((probe) => [probe.name, probe.lane]));
  const items = engine.queriesFor(engineName, version).map((query) => ({
    ...query,
    lane:
      lanes.get(query.probe) ??
      lanes.get(query.probe.replace(/-(mysql|mariadb)(-schema)?$/, '')) ??
      'connect or demand',
  }));
  if (context.options.json)
    printJson({ schema: 'dbvitals.statements/1', engine: name, serverVersion: version, items });
  else print(items.flatMap(({ file, lane, sql }) => [context.style.bold(`-- ${file} (${lane})`), sql, '']));
}
