import { ENGINE_ALIASES } from '../../core/engine-name.js';
import { DbvitalsError } from '../../core/errors.js';
import { loadEngine, SUPPORTED_ENGINES } from '../../engines/registry.js';
import { type CommandContext, print, printJson } from '../context.js';

interface Flags {
  readonly serverVersion: string;
}

/** Probes whose files are numbered by the version of pg_stat_statements (`1.11` is 111), not by the server's. */
const EXTENSION_VERSIONS = 100;

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
  const version = Number.parseInt(flags.serverVersion, 10);
  const lanes = new Map(engine.probes.map((probe) => [probe.name, probe.lane]));
  const chosen = new Map<string, (typeof engine.queries)[number]>();
  const byExtension = engine.queries.filter(({ since }) => since >= EXTENSION_VERSIONS);
  for (const query of engine.queries) {
    if (query.since <= version && query.since > (chosen.get(query.probe)?.since ?? -1))
      chosen.set(query.probe, query);
  }
  const items = [...chosen.values(), ...byExtension].map((query) => ({
    ...query,
    lane: lanes.get(query.probe) ?? 'connect or demand',
  }));
  if (context.options.json)
    printJson({ schema: 'dbvitals.statements/1', engine: name, serverVersion: flags.serverVersion, items });
  else print(items.flatMap(({ file, lane, sql }) => [context.style.bold(`-- ${file} (${lane})`), sql, '']));
}
