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
export function stateFor({ state, stateSeconds }: { state: string; stateSeconds: number | null }): string {
  return stateSeconds === null ? stateText(state) : `${stateText(state)} ${formatSeconds(stateSeconds)}`;
}

/** The strongest few locks held: `RowExclusiveLock public.orders, 3 × X,REC_NOT_GAP public.items`. */
export function holdsText(holds: readonly LockHold[], most: number): string {
  const shown = holds
    .slice(0, most)
    .map(({ mode, kind, relation, locks }) => `${locks > 1 ? `${locks} × ` : ''}${mode} ${relation ?? kind}`);
  const more = holds.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? `, + ${more} more` : ''}`;
}

export function isIdle(state: string): boolean {
  return state.startsWith('idleInTransaction');
}

/** `session` or `sessions`. */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
