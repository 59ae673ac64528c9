import type { Target } from '../core/engine.js';
import type { PoolerSnapshot } from '../core/pooler.js';
import type { Limit } from '../core/report.js';
import { loadEngine } from '../engines/registry.js';

const DEADLINE_MS = 2_000;

/** The pooler's view now; a pooler that does not answer is a limit of the report, not its failure. */
export async function askPooler(
  target: Target | undefined,
  limits: readonly Limit[],
): Promise<{ readonly pooler: PoolerSnapshot | null; readonly limits: readonly Limit[] }> {
  if (target === undefined || target.pooler === null) return { pooler: null, limits };
  const engine = await loadEngine(target.engine);
  try {
    const context = { signal: new AbortController().signal, deadlineMs: DEADLINE_MS };
    return { pooler: await engine.readPooler(target.pooler, context), limits };
  } catch (error) {
    const reason = (error as Error).message;
    return {
      pooler: null,
      limits: [...limits, { capability: 'pooler', reason, remedy: 'check its address and stats_users' }],
    };
  }
}
