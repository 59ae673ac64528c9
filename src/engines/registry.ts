import type { Engine } from '../core/engine.js';
import type { EngineName } from '../core/engine-name.js';
import { DbvitalsError } from '../core/errors.js';

/** The one list of engines. Loading one loads its driver no earlier than its first connect. */
const ENGINES: Readonly<Partial<Record<EngineName, () => Promise<Engine>>>> = {
  postgresql: async () => (await import('./postgresql/index.js')).postgresql,
  mysql: async () => (await import('./mysql/index.js')).mysql,
};

export const SUPPORTED_ENGINES = Object.keys(ENGINES) as readonly EngineName[];

/** Rejects with ENGINE_UNSUPPORTED for engines that are not there. */
export async function loadEngine(name: EngineName): Promise<Engine> {
  const load = ENGINES[name];
  if (load === undefined) {
    throw new DbvitalsError('ENGINE_UNSUPPORTED', `the engine ${name} is not supported by this version`, {
      remedy: `supported: ${SUPPORTED_ENGINES.join(', ')}`,
    });
  }
  return load();
}
