/**
 * Metadata locks: which request waits for which lock, and which waiting request goes before another. From the tables in
 * the servers' sql/mdl.cc, as data. MySQL's LOW_PRIO stands in both; a MariaDB has no such mode.
 */
export interface Conflicts {
  readonly granted: Readonly<Record<string, string>>;
  readonly pending: Readonly<Record<string, string>>;
}

export function conflictsOf(objectType: string): Conflicts {
  if (objectType === 'BACKUP') return BACKUP;
  return SCOPED_TYPES.has(objectType) ? SCOPED : OBJECTS;
}

/** The request waits for a granted lock of this mode. */
export function waitsForGranted({ granted }: Conflicts, requested: string, held: string): boolean {
  return (granted[requested] ?? '').split(' ').includes(held);
}

/** The request waits because one of this mode is waiting, whichever came first. */
export function yieldsTo({ pending }: Conflicts, requested: string, waiting: string): boolean {
  return (pending[requested] ?? '').split(' ').includes(waiting);
}

/**
 * performance_schema keeps the mode in which a lock was first taken: what it may have become since. MariaDB's LOCK TABLES
 * … READ shows SHARED_READ, its FLUSH TABLES WITH READ LOCK BACKUP_FTWRL1.
 */
export const MAY_HAVE_BECOME: Readonly<Record<string, string>> = {
  SHARED_READ: 'SHARED_READ_ONLY',
  SHARED_UPGRADABLE: 'EXCLUSIVE',
  SHARED_NO_WRITE: 'EXCLUSIVE',
  SHARED_NO_READ_WRITE: 'EXCLUSIVE',
  BACKUP_FTWRL1: 'BACKUP_FTWRL2',
  BACKUP_START: 'BACKUP_WAIT_COMMIT',
  BACKUP_FLUSH: 'BACKUP_WAIT_COMMIT',
  BACKUP_BLOCK_DDL: 'BACKUP_WAIT_COMMIT',
  BACKUP_WAIT_DDL: 'BACKUP_WAIT_COMMIT',
};

const SCOPED_TYPES = new Set([
  'GLOBAL',
  'COMMIT',
  'SCHEMA',
  'TABLESPACE',
  'BACKUP LOCK',
  'BACKUP TABLES',
  'RESOURCE_GROUPS',
  'FOREIGN KEY',
  'CHECK CONSTRAINT',
]);

const SCOPED: Conflicts = {
  granted: {
    INTENTION_EXCLUSIVE: 'SHARED EXCLUSIVE',
    SHARED: 'INTENTION_EXCLUSIVE EXCLUSIVE',
    EXCLUSIVE: 'INTENTION_EXCLUSIVE SHARED EXCLUSIVE',
  },
  pending: { INTENTION_EXCLUSIVE: 'SHARED EXCLUSIVE', SHARED: 'EXCLUSIVE' },
};

const NO_READ = 'SHARED_NO_READ_WRITE EXCLUSIVE';
const NO_WRITE = `SHARED_READ_ONLY SHARED_NO_WRITE ${NO_READ}`;
const WRITERS = 'SHARED_WRITE SHARED_WRITE_LOW_PRIO';

const OBJECTS: Conflicts = {
  granted: {
    SHARED: 'EXCLUSIVE',
    SHARED_HIGH_PRIO: 'EXCLUSIVE',
    SHARED_READ: NO_READ,
    SHARED_WRITE: NO_WRITE,
    SHARED_WRITE_LOW_PRIO: NO_WRITE,
    SHARED_UPGRADABLE: `SHARED_UPGRADABLE SHARED_NO_WRITE ${NO_READ}`,
    SHARED_READ_ONLY: `${WRITERS} ${NO_READ}`,
    SHARED_NO_WRITE: `${WRITERS} SHARED_UPGRADABLE SHARED_NO_WRITE ${NO_READ}`,
    SHARED_NO_READ_WRITE: `SHARED_READ ${WRITERS} SHARED_UPGRADABLE ${NO_WRITE}`,
    EXCLUSIVE: `SHARED SHARED_HIGH_PRIO SHARED_READ ${WRITERS} SHARED_UPGRADABLE ${NO_WRITE}`,
  },
  pending: {
    SHARED: 'EXCLUSIVE',
    SHARED_READ: NO_READ,
    SHARED_WRITE: `SHARED_NO_WRITE ${NO_READ}`,
    SHARED_WRITE_LOW_PRIO: NO_WRITE,
    SHARED_UPGRADABLE: 'EXCLUSIVE',
    SHARED_READ_ONLY: `SHARED_WRITE ${NO_READ}`,
    SHARED_NO_WRITE: 'EXCLUSIVE',
    SHARED_NO_READ_WRITE: 'EXCLUSIVE',
  },
};

const STAGES = 'BACKUP_FLUSH BACKUP_WAIT_FLUSH BACKUP_WAIT_DDL BACKUP_WAIT_COMMIT';
const FTWRL = 'BACKUP_FTWRL1 BACKUP_FTWRL2';
const DDL_STOPPERS = `BACKUP_WAIT_DDL BACKUP_WAIT_COMMIT ${FTWRL} BACKUP_BLOCK_DDL`;

/** MariaDB 10.4 and newer: BACKUP STAGE, FLUSH TABLES WITH READ LOCK and every statement that writes meet in one lock. */
const BACKUP: Conflicts = {
  granted: {
    BACKUP_START: `BACKUP_START ${STAGES} BACKUP_BLOCK_DDL`,
    BACKUP_FLUSH: 'BACKUP_START',
    BACKUP_WAIT_FLUSH: 'BACKUP_START BACKUP_DML',
    BACKUP_WAIT_DDL: 'BACKUP_START BACKUP_DML BACKUP_DDL',
    BACKUP_WAIT_COMMIT: 'BACKUP_START BACKUP_DML BACKUP_SYS_DML BACKUP_DDL BACKUP_COMMIT',
    BACKUP_FTWRL1: 'BACKUP_DML BACKUP_TRANS_DML BACKUP_SYS_DML BACKUP_DDL BACKUP_ALTER_COPY',
    BACKUP_FTWRL2: 'BACKUP_DML BACKUP_TRANS_DML BACKUP_SYS_DML BACKUP_DDL BACKUP_ALTER_COPY BACKUP_COMMIT',
    BACKUP_DML: `${STAGES} ${FTWRL}`,
    BACKUP_TRANS_DML: FTWRL,
    BACKUP_SYS_DML: `BACKUP_WAIT_COMMIT ${FTWRL}`,
    BACKUP_DDL: DDL_STOPPERS,
    BACKUP_BLOCK_DDL: `BACKUP_START ${STAGES} BACKUP_BLOCK_DDL BACKUP_DDL`,
    BACKUP_ALTER_COPY: FTWRL,
    BACKUP_COMMIT: 'BACKUP_WAIT_COMMIT BACKUP_FTWRL2',
  },
  pending: {
    BACKUP_START: `${STAGES} BACKUP_BLOCK_DDL`,
    BACKUP_DML: `${STAGES} ${FTWRL}`,
    BACKUP_TRANS_DML: FTWRL,
    BACKUP_SYS_DML: `BACKUP_WAIT_COMMIT ${FTWRL}`,
    BACKUP_DDL: DDL_STOPPERS,
    BACKUP_BLOCK_DDL: 'BACKUP_START',
    BACKUP_ALTER_COPY: FTWRL,
    BACKUP_COMMIT: 'BACKUP_WAIT_COMMIT BACKUP_FTWRL2',
  },
};
