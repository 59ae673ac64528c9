import type { UserLimits } from '../../core/facts.js';
import type { Row } from '../../core/row.js';

/** By user, `*` for all others. `general`: the server's own max_user_connections, 0 for none. */
export function userLimits(rows: readonly Row[], general: number): Record<string, UserLimits> {
  const all = limitOf(general);
  const limits: Record<string, UserLimits> =
    all === null
      ? {}
      : { '*': { connections: all, connectionsPerHour: null, queriesPerHour: null, updatesPerHour: null } };
  for (const row of rows)
    limits[String(row.account)] = {
      connections: limitOf(row.connections) ?? all,
      connectionsPerHour: limitOf(row.connections_per_hour),
      queriesPerHour: limitOf(row.queries_per_hour),
      updatesPerHour: limitOf(row.updates_per_hour),
    };
  return limits;
}

/** 0 is no limit; MariaDB's -1 lets nobody in. */
function limitOf(value: unknown): number | null {
  const limit = Number(value);
  return limit === 0 ? null : Math.max(0, limit);
}
