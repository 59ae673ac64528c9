/** The four engine families. MariaDB, Percona and Aurora are flavours of one of them. */
export const ENGINE_NAMES = ['postgresql', 'mysql', 'oracle', 'sqlserver'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/** What a user may write for an engine (`type` of `addDatabase`, URL schemes), and the engine it means. */
export const ENGINE_ALIASES: Readonly<Record<string, EngineName>> = {
  postgresql: 'postgresql',
  postgres: 'postgresql',
  mysql: 'mysql',
  mariadb: 'mysql',
  oracle: 'oracle',
  sqlserver: 'sqlserver',
  mssql: 'sqlserver',
};
