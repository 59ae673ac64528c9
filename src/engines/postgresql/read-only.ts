import type { ReadOnlyProof } from '../../core/facts.js';

/** Columns of queries/facts. */
export interface FactsRow {
  readonly version: string;
  readonly version_number: number;
  readonly banner: string;
  readonly in_recovery: boolean;
  readonly started_at_ms: number;
  readonly now_ms: number;
  readonly backend_pid: string;
  readonly max_connections: number;
  readonly reserved_connections: number;
  readonly transaction_read_only: string;
  readonly system_identifier: string | null;
  readonly reads_all_stats: boolean;
  readonly reads_all_settings: boolean;
  readonly is_monitor: boolean;
  readonly data_directory: string | null;
  readonly statements_version: string | null;
  readonly statements_schema: string | null;
  readonly database: string;
}

/** Columns of queries/privileges. */
export interface PrivilegesRow {
  readonly superuser: boolean;
  readonly create_database: boolean;
  readonly create_role: boolean;
  readonly replication: boolean;
  readonly server_files: boolean;
  readonly create_schema: boolean;
  readonly writable_schema: string | null;
  readonly writable_table: string | null;
}

/**
 * Two locks, told apart: the session is read-only by the server's setting, and the login has nothing to write with.
 * Only the second is proof, because a session may change its own setting back.
 */
export function readOnlyProof(facts: FactsRow, privileges: PrivilegesRow | undefined): ReadOnlyProof {
  const sessionReadOnly = facts.transaction_read_only === 'on';
  const could =
    privileges === undefined ? ['its privileges could not be read'] : whatItCouldWrite(privileges, facts);
  return {
    proven: could.length === 0 && sessionReadOnly,
    sessionReadOnly,
    reason:
      could.length === 0
        ? 'the login has no privilege to write in this database'
        : `the session is ${sessionReadOnly ? '' : 'not '}read-only, but the login ${could.join(', ')}`,
    remedy:
      could.length === 0
        ? null
        : 'use a login of its own: CREATE ROLE dbvitals LOGIN; GRANT pg_monitor TO dbvitals;',
  };
}

function whatItCouldWrite(privileges: PrivilegesRow, facts: FactsRow): string[] {
  const could: string[] = [];
  if (privileges.superuser) return ['is a superuser'];
  if (privileges.create_role) could.push('may create roles');
  if (privileges.create_database) could.push('may create databases');
  if (privileges.server_files) could.push('may write server files or run programs');
  if (privileges.create_schema) could.push(`may create schemas in ${facts.database}`);
  if (privileges.writable_schema !== null)
    could.push(`may create tables in schema ${privileges.writable_schema}`);
  if (privileges.writable_table !== null) could.push(`may write table ${privileges.writable_table}`);
  return could;
}
