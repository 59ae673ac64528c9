import type { MetadataLock } from './metadata-locks.js';
import type { LockColumns } from './rows.js';

/** What is asked for is told by the text of the statement. */
export const TOLD_BY_TEXT = 0.7;
/** MariaDB's METADATA_LOCK_INFO names a lock's object by the words of its wait. */
const TYPES: Readonly<Record<string, string>> = {
  'Table metadata lock': 'TABLE',
  'Schema metadata lock': 'SCHEMA',
  'Backup lock': 'BACKUP',
  'User lock': 'USER LEVEL LOCK',
  'Stored function metadata lock': 'FUNCTION',
  'Stored procedure metadata lock': 'PROCEDURE',
  'Trigger metadata lock': 'TRIGGER',
  'Event metadata lock': 'EVENT',
};

/** The plugin's rows, and what those ask for whose state says that they wait: it lists granted locks only. */
export function inferredLocks(
  rows: readonly LockColumns[],
  sessions: ReadonlyMap<string, LockColumns>,
): MetadataLock[] {
  const granted = rows.flatMap((row): MetadataLock[] =>
    row.id === null || row.type === null || row.mode === null
      ? []
      : [
          {
            id: String(row.id),
            type: TYPES[row.type] ?? row.type,
            db: row.name === '' ? null : row.db,
            // GET_LOCK's name stands where others have their schema.
            name: row.name === '' ? row.db : row.name,
            mode: row.mode.replace(/^MDL_/, ''),
            granted: true,
            confidence: TOLD_BY_TEXT,
          },
        ],
  );
  const wanted = [...sessions].flatMap(([id, session]) => wantedBy(id, session, granted));
  const contested = new Set(wanted.map(objectOf));
  return [...granted.filter((lock) => contested.has(objectOf(lock))), ...wanted];
}

/** What a waiting session asks for, of the objects that others hold. */
function wantedBy(id: string, session: LockColumns, granted: readonly MetadataLock[]): MetadataLock[] {
  const type = typeOf(session.state ?? '');
  if (type === null) return [];
  const text = session.info ?? '';
  const held = granted.filter((lock) => lock.id !== id && lock.type === type);
  const objects = new Map(
    held.filter((lock) => isNamed(lock, text, session.db)).map((lock) => [objectOf(lock), lock]),
  );
  return [...objects.values()].map((lock) => ({
    ...lock,
    id,
    mode: wantedMode(type, text),
    granted: false,
    confidence: objects.size === 1 ? TOLD_BY_TEXT : TOLD_BY_TEXT / objects.size,
  }));
}

function typeOf(state: string): string | null {
  if (state === 'User lock') return 'USER LEVEL LOCK';
  const [, words = ''] = /^Waiting for (.* lock)$/.exec(state) ?? [];
  const found = Object.keys(TYPES).find((key) => key.toLowerCase() === words.toLowerCase());
  return found === undefined ? null : (TYPES[found] ?? null);
}

/** The statement names the object: a whole word, with its schema or in the session's own. */
export function isNamed(
  { type, db, name }: Pick<MetadataLock, 'type' | 'db' | 'name'>,
  text: string,
  ownDb: string | null,
): boolean {
  if (name === null || name === '') return type === 'BACKUP' || type === 'SCHEMA';
  const words = text.toLowerCase();
  const has = (word: string) =>
    new RegExp(`(^|[^\\p{L}\\p{N}_$])${escaped(word.toLowerCase())}($|[^\\p{L}\\p{N}_$])`, 'u').test(words);
  if (/^\s*drop\s+(database|schema)\b/.test(words)) return db !== null && has(db);
  return has(name) && (db === null || db === ownDb || has(db));
}

export function wantedMode(type: string, text: string): string {
  const [, verb = ''] = /^[\s(]*([a-z]+)/i.exec(text) ?? [];
  const writes = /^(insert|update|delete|replace|load)$/i.test(verb) || /\bfor update\b/i.test(text);
  if (type === 'USER LEVEL LOCK') return 'SHARED_NO_WRITE';
  if (type === 'SCHEMA') return /\bdatabase|\bschema/i.test(text) ? 'EXCLUSIVE' : 'INTENTION_EXCLUSIVE';
  if (type === 'BACKUP') return backupMode(verb, text, writes);
  if (/^(select|with|show|desc|explain)/i.test(verb) && !writes) return 'SHARED_READ';
  if (writes) return 'SHARED_WRITE';
  if (/^lock/i.test(verb)) return /\bwrite\b/i.test(text) ? 'SHARED_NO_READ_WRITE' : 'SHARED_READ_ONLY';
  return 'EXCLUSIVE';
}

function backupMode(verb: string, text: string, writes: boolean): string {
  if (/^flush$/i.test(verb)) return 'BACKUP_FTWRL1';
  if (/^commit$/i.test(verb)) return 'BACKUP_COMMIT';
  const [, stage] = /^\s*backup\s+stage\s+(\w+)/i.exec(text) ?? [];
  if (stage !== undefined)
    return stage.toUpperCase() === 'BLOCK_DDL'
      ? 'BACKUP_WAIT_DDL'
      : `BACKUP_${stage.toUpperCase().replace('BLOCK_COMMIT', 'WAIT_COMMIT')}`;
  return writes ? 'BACKUP_TRANS_DML' : 'BACKUP_DDL';
}

function objectOf({ type, db, name }: MetadataLock): string {
  return `${type} ${db ?? ''} ${name ?? ''}`;
}

function escaped(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
