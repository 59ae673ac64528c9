/** What the monitor's account needs and no more, as docs/privileges.md has it; an account is to be appended to each. */
export const MONITOR_GRANTS: Readonly<Record<'mysql' | 'mariadb', readonly string[]>> = {
  mysql: [
    'GRANT PROCESS ON *.* TO',
    'GRANT REPLICATION CLIENT ON *.* TO',
    'GRANT SELECT ON performance_schema.* TO',
  ],
  mariadb: [
    'GRANT PROCESS ON *.* TO',
    'GRANT SLAVE MONITOR ON *.* TO',
    'GRANT SELECT ON performance_schema.* TO',
  ],
};
