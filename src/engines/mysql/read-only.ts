import type { ReadOnlyProof } from '../../core/facts.js';

/** Privileges with which nothing can be changed. SUPER and everything else that is not listed can. */
const HARMLESS = new Set([
  'USAGE',
  'PROCESS',
  'SELECT',
  'SHOW DATABASES',
  'SHOW VIEW',
  'SHOW_ROUTINE',
  'REPLICATION CLIENT',
  'BINLOG MONITOR',
  'SLAVE MONITOR',
  'REPLICA MONITOR',
]);

/** From SHOW GRANTS: rows `GRANT a, b ON x TO y`, or `GRANT role TO y`. */
export function readOnlyProof(
  grants: readonly string[],
  sessionReadOnly: boolean,
  mariadb: boolean,
): ReadOnlyProof {
  const could = [...new Set(grants.flatMap(whatItCouldDo))];
  return {
    proven: could.length === 0 && sessionReadOnly,
    sessionReadOnly,
    reason:
      could.length === 0
        ? 'the account has no privilege to write'
        : `the session is ${sessionReadOnly ? '' : 'not '}read-only, but the account has ${could.slice(0, 6).join(', ')}`,
    remedy:
      could.length === 0
        ? null
        : `use an account of its own: CREATE USER dbvitals@'…' IDENTIFIED BY '…'; GRANT PROCESS, ${mariadb ? 'SLAVE MONITOR' : 'REPLICATION CLIENT'} ON *.* TO dbvitals@'…'; GRANT SELECT ON performance_schema.* TO dbvitals@'…';`,
  };
}

function whatItCouldDo(grant: string): string[] {
  const match = /^GRANT (.*?)(?: ON (.*?))? TO /s.exec(grant);
  if (match === null) return [];
  const [, privileges = '', on] = match;
  if (on === undefined) return [`the role ${privileges}`];
  return privileges
    .replace(/\([^)]*\)/g, '')
    .split(',')
    .map((privilege) => privilege.trim())
    .filter((privilege) => privilege !== '' && !HARMLESS.has(privilege));
}
