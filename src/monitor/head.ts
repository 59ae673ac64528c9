import type { EngineName } from '../core/engine-name.js';
import { DbvitalsError } from '../core/errors.js';

/** The envelope of an answer that is about no window. */
export function bareHead(nowMs: number, instance: string | null, engine: EngineName | null) {
  return {
    generatedAt: new Date(nowMs).toISOString(),
    instance,
    engine,
    window: null,
    limits: [],
    overhead: null,
  };
}

export function unknownInstance(name: string, known: readonly string[]): DbvitalsError {
  return new DbvitalsError('INSTANCE_UNKNOWN', `there is no instance ${name.slice(0, 64)}`, {
    remedy: known.length === 0 ? 'add one first' : `known: ${known.join(', ')}`,
  });
}
