import type { CallContext, PoolerTarget } from '../../core/engine.js';
import { DbvitalsError } from '../../core/errors.js';
import type { PoolerSnapshot } from '../../core/pooler.js';

/** ProxySQL's admin interface is not read yet: said plainly instead of an empty answer. */
export function readProxySql(target: PoolerTarget, _context: CallContext): Promise<PoolerSnapshot> {
  return Promise.reject(
    new DbvitalsError(
      'ENGINE_UNSUPPORTED',
      `the pooler at ${target.host}:${target.port} cannot be read: only PgBouncer is supported`,
    ),
  );
}
