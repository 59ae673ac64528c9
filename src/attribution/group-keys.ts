import type { SessionRow } from '../core/session.js';

/** What makes sessions alike; their costs share rows. */
type Group = Pick<SessionRow, 'database' | 'user' | 'application' | 'clientAddress'>;

/** Names the group of a session. */
export function groupKeyOf({ database, user, application, clientAddress }: Group): string {
  return `${database}\0${user}\0${application}\0${clientAddress}`;
}

/** Group keys of one instance's sessions, kept: each is asked for three times a second, and comparing takes less than joining. */
export class GroupKeys {
  readonly #known = new Map<string, { readonly group: Group; readonly key: string }>();
  #last: SessionRow | null = null;
  #lastKey = '';

  /** Asked again and again for one session before the next. */
  of(session: SessionRow): string {
    if (session === this.#last) return this.#lastKey;
    this.#last = session;
    this.#lastKey = this.#keyOf(session);
    return this.#lastKey;
  }

  #keyOf(session: SessionRow): string {
    const known = this.#known.get(session.id);
    if (known !== undefined && alike(known.group, session)) return known.key;
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    const { database, user, application, clientAddress } = session;
    const group = { database, user, application, clientAddress };
    const key = groupKeyOf(group);
    this.#known.set(session.id, { group, key });
    return key;
  }
}

const MOST_KNOWN = 20_000;

function alike(a: Group, b: Group): boolean {
  return (
    a.database === b.database &&
    a.user === b.user &&
    a.application === b.application &&
    a.clientAddress === b.clientAddress
  );
}
