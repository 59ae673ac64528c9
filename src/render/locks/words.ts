import type { LockHold } from '../../core/lock-samples.js';
import { stateText } from '../../core/lock-words.js';
import type { SessionClient } from '../../core/session-report.js';
import { formatSeconds } from '../format.js';

interface Person {
  readonly user: string | null;
  readonly application: string | null;
  readonly client: SessionClient | null;
}

/** `app@node[4711] (billing)`: the user, the process at the other end, what it calls itself. */
export function whoText({ user, application, client }: Person): string {
  const where = clientText(client);
  const name = application === null || application === '' ? '' : ` (${application})`;
  return `${user ?? '?'}${where === '' ? '' : `@${where}`}${name}`;
}

function clientText(client: SessionClient | null): string {
  if (client === null) return '';
  const container = client.container === null ? '' : ` in ${client.container}`;
  const through = client.through === null ? '' : ` via ${client.through}`;
  if (client.pid !== null) return `${client.command ?? '?'}[${client.pid}]${container}${through}`;
  return `${client.address ?? 'local'}${through}`;
}

/** `idle in transaction 41 s`. */
export function stateFor({
  sessionId,
  state,
  stateSeconds,
}: {
  readonly sessionId: string;
  readonly state: string;
  readonly stateSeconds: number | null;
}): string {
  if (sessionId.startsWith('prepared:')) return 'prepared transaction';
  return stateSeconds === null ? stateText(state) : `${stateText(state)} ${formatSeconds(stateSeconds)}`;
}

/** The strongest few locks held: `RowExclusiveLock public.orders, 3 × X,REC_NOT_GAP public.items`. */
export function holdsText(holds: readonly LockHold[], most: number): string {
  const byTable = new Map<string, number>();
  for (const { mode, kind, relation, index, locks } of holds) {
    const what = `${mode} ${relation ?? kind}`;
    // Tables are locked with their indexes: that goes without saying.
    if (kind === 'table' && index !== null && byTable.has(what)) continue;
    byTable.set(what, (byTable.get(what) ?? 0) + locks);
  }
  const shown = [...byTable].slice(0, most).map(([what, locks]) => (locks > 1 ? `${locks} × ${what}` : what));
  const more = byTable.size - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, + ${more} more` : ''}`;
}

export function isIdle(state: string): boolean {
  return state.startsWith('idleInTransaction');
}

/** `session` or `sessions`. */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
