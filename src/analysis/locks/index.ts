import type { LockAnalyst } from '../../core/lock-analyst.js';
import { combine } from './combine.js';

/** Everything that follows the locks of one instance. */
export function createLockAnalyst(_options: { readonly instance: string }): LockAnalyst {
  return combine([]);
}
