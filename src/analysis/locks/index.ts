import type { LockAnalyst } from '../../core/lock-analyst.js';
import { combine } from './combine.js';
import { createContentionAnalyst } from './contention/analyst.js';
import { createDeadlockAnalyst } from './deadlocks/analyst.js';

export { combine } from './combine.js';

/** Follows the locks of one instance: who waits for whom and for how long, and who deadlocks or will. */
export function createLockAnalyst({ instance }: { readonly instance: string }): LockAnalyst {
  return combine([createContentionAnalyst(instance), createDeadlockAnalyst(instance)]);
}
