import { ddlGuard } from '../analysis/locks/ddl/guard.js';
import type { Clock } from '../core/clock.js';
import type { Target } from '../core/engine.js';
import { DbvitalsError } from '../core/errors.js';
import { silentLogger } from '../core/logger.js';
import type { DdlGuardReport, DdlHolder, RelationUse } from '../core/relation-use.js';
import { limitsOf, type Report } from '../core/report.js';
import { loadEngine } from '../engines/registry.js';

const CONNECT_MS = 10_000;
const QUERY_MS = 2_000;
/** Servers add a backend's counts up about once a second: several seconds make a rate. */
const SAMPLES = 10;
const EVERY_MS = 500;
/** `name`, `schema.name`, each part plain or quoted. */
const TABLE_NAME = /^(?:"(?:[^"]|"")+"|`[^`]+`|[^\s".`]+)(?:\.(?:"(?:[^"]|"")+"|`[^`]+`|[^\s".`]+))?$/;

/** Connects, looks at one table ten times in five seconds, disconnects. */
export async function guardDdl(
  target: Target,
  table: string,
  clock: Clock,
  head: Omit<Report<DdlHolder>, 'schema' | 'items'>,
  signal: AbortSignal,
): Promise<DdlGuardReport> {
  if (!TABLE_NAME.test(table))
    throw new DbvitalsError('USAGE', `${table.slice(0, 128)} is not the name of a table`, {
      remedy: 'name it as schema.table',
    });
  const engine = await loadEngine(target.engine);
  await using connection = await engine.connect(target, {
    signal,
    deadlineMs: CONNECT_MS,
    logger: silentLogger,
  });
  const { facts } = connection;
  const probe = engine.probes.find(({ name }) => name === 'relation-use');
  const selected = probe?.select(facts) ?? { unavailable: `not for ${target.engine}`, remedy: null };
  if (probe === undefined || 'unavailable' in selected)
    throw new DbvitalsError('CAPABILITY_UNAVAILABLE', `who uses a table cannot be asked of ${target.name}`, {
      ...('unavailable' in selected ? { remedy: selected.unavailable } : {}),
    });
  const uses: RelationUse[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    if (sample > 0) await clock.sleep(EVERY_MS, signal);
    const tick = {
      instance: target.name,
      facts,
      atMs: clock.nowMs(),
      waiterIds: [],
      activeIds: [],
      relation: table,
    };
    const rows = await connection.query(selected, probe.parameters?.(tick) ?? [], {
      signal,
      deadlineMs: QUERY_MS,
    });
    const { relationUse } = probe.toRecords(rows, tick);
    if (relationUse === undefined)
      throw new DbvitalsError(
        'USAGE',
        `there is no table ${table.slice(0, 128)} in the database ${target.database}`,
        {
          remedy:
            'name it as schema.table; PostgreSQL: of another database with its URL (--url); MySQL: a table that nobody opened since the server started is seen only with a privilege on it',
        },
      );
    uses.push(relationUse);
  }
  const limits = limitsOf(facts.capabilities.filter(({ capability }) => capability === 'locks.metadata'));
  return { schema: 'dbvitals.ddl-guard/1', ...head, limits, ...ddlGuard(uses) };
}
