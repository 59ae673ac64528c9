import type { EngineName } from '../../../core/engine-name.js';
import type { XminHolder } from '../../../core/lock-report.js';
import type { CounterSample } from '../../../core/samples.js';

/** Gauges that say who keeps old row versions; `object` is `kind:name` for PostgreSQL. */
export const XMIN_COUNTERS = ['horizon.age', 'innodb.trx_rseg_history_len'] as const;

const MOST = 20;

/** The newest value of each holder that is still there, the oldest horizon first. */
export function xminHolders(counters: readonly CounterSample[], engine: EngineName | null): XminHolder[] {
  const newestMs = Math.max(0, ...counters.map(({ atMs }) => atMs));
  return counters
    .filter(({ atMs, name }) => atMs === newestMs && (XMIN_COUNTERS as readonly string[]).includes(name))
    .map((counter) => holderOf(counter, engine))
    .sort((a, b) => b.age - a.age)
    .slice(0, MOST);
}

function holderOf({ name, object, value, atMs }: CounterSample, engine: EngineName | null): XminHolder {
  const at = new Date(atMs).toISOString();
  if (name !== 'horizon.age')
    return {
      kind: 'history',
      name: 'history list',
      age: value,
      at,
      advice: 'Purge waits for the oldest read view: end or commit the oldest transaction.',
    };
  const cut = object.indexOf(':');
  const kind = object.slice(0, cut) as XminHolder['kind'];
  const who = object.slice(cut + 1);
  return { kind, name: who, age: value, at, advice: ADVICE[kind](who, engine) };
}

const ADVICE: Readonly<Record<XminHolder['kind'], (name: string, engine: EngineName | null) => string>> = {
  session: (name) =>
    `Let its transaction end; to end it: SELECT pg_terminate_backend(${/^\d+$/.test(name) ? name : '…'});`,
  slot: () => 'A physical slot keeps it: let its standby catch up, or drop the slot if nobody uses it.',
  slotCatalog: () =>
    'A logical slot keeps the catalogs: let its consumer catch up, or drop the slot if nobody uses it.',
  prepared: () => 'Ask its transaction manager; then COMMIT PREPARED or ROLLBACK PREPARED.',
  standby: () =>
    'A query on the standby: end it there, or set hot_standby_feedback=off and accept cancelled queries.',
  history: () => 'End or commit the oldest transaction.',
};
