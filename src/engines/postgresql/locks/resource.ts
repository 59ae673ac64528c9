import type { LockResource, LockResourceKind } from '../../../core/locks.js';

const KINDS: Readonly<Record<string, LockResourceKind>> = {
  relation: 'table',
  extend: 'extend',
  frozenid: 'object',
  page: 'page',
  tuple: 'row',
  transactionid: 'transaction',
  virtualxid: 'transaction',
  spectoken: 'transaction',
  'speculative token': 'transaction',
  object: 'object',
  userlock: 'advisory',
  advisory: 'advisory',
};
const ON_RELATIONS: readonly string[] = ['relation', 'extend', 'page', 'tuple'];
const IN_DATABASES: readonly string[] = [...ON_RELATIONS, 'frozenid', 'object', 'userlock', 'advisory'];

/** Keys come again in each reading: one object for each, so that its names are looked up once, too. */
const known = new Map<string, LockResource>();
/** Ids of transactions do not come again, and fill it. */
const MOST_KNOWN = 5_000;

/** The resource of a lock_key of queries/locks, `type:database:relation:…`; database and relation are numbers. */
export function resourceOf(lockKey: string): LockResource {
  const same = known.get(lockKey);
  if (same !== undefined) return same;
  if (known.size >= MOST_KNOWN) known.clear();
  const resource = parsed(lockKey);
  known.set(lockKey, resource);
  return resource;
}

function parsed(lockKey: string): LockResource {
  const [type = '', database = '', relation = '', page = '', tuple = ''] = lockKey.split(':');
  const row = type === 'tuple' ? `(${page},${tuple})` : null;
  return {
    key: row === null ? lockKey : `row:${database}:${relation}:${row}`,
    kind: KINDS[type] ?? 'other',
    // 0 is what all databases share.
    database: IN_DATABASES.includes(type) && database !== '0' ? database : null,
    relation: ON_RELATIONS.includes(type) ? relation : null,
    index: null,
    row,
  };
}
