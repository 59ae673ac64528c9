import { createHash } from 'node:crypto';
import type { LockResource } from '../../../core/locks.js';
import { isGap } from './row-modes.js';
import type { LockColumns } from './rows.js';

/** What a lock of InnoDB is on. `lock` null: its row was gone when the second view was read. */
export function rowResource(lock: LockColumns | null, record: string): LockResource {
  const { db, relation } = relationOf(lock);
  const index = lock?.index_name ?? null;
  if (lock?.type === 'TABLE')
    return {
      key: `table:${relation ?? record}`,
      kind: 'table',
      database: db,
      relation,
      index: null,
      row: null,
    };
  const kind = isGap(lock?.mode ?? null, lock?.row_id ?? null) ? 'gap' : 'row';
  const row = lock?.row_id ?? null;
  const place = relation === null || row === null ? record : `${relation}:${index}:${row}`;
  return { key: `${kind}:${place}`, kind, database: db, relation, index, row };
}

/** What a metadata lock is on. Names of GET_LOCK are an application's values: a hash stands for them. */
export function metadataResource(type: string, db: string | null, name: string | null): LockResource {
  if (type === 'USER LEVEL LOCK')
    return {
      key: `advisory:${shortHash(name ?? db ?? '')}`,
      kind: 'advisory',
      database: null,
      relation: null,
      index: null,
      row: null,
    };
  const object = [db, name].filter((part) => part !== null && part !== '').join('.');
  return {
    key: `metadata:${type}${object === '' ? '' : `:${object}`}`,
    kind: 'metadata',
    database: db === '' ? null : db,
    relation: type === 'TABLE' && object !== '' ? object : null,
    index: null,
    row: null,
  };
}

/** Values of an application are not kept: a hash tells them apart. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** MySQL 8 gives both names; INNODB_LOCKS a quoted one, with its partition behind: `` `shop`.`t` /* Partition `p0` *\/ ``. */
function relationOf(lock: LockColumns | null): { db: string | null; relation: string | null } {
  if (lock?.name === null || lock === null) return { db: lock?.db ?? null, relation: null };
  if (lock.db !== null) return { db: lock.db, relation: `${lock.db}.${lock.name}` };
  const [db, name] = [...(lock.name ?? '').matchAll(/`((?:[^`]|``)*)`/g)].map(([, part = '']) =>
    part.replaceAll('``', '`'),
  );
  return db === undefined || name === undefined
    ? { db: null, relation: lock.name }
    : { db, relation: `${db}.${name}` };
}
