export type { PostgresBinaries, PostgresVersion } from './binaries.js';
export { type PostgresServerOptions, PrivatePostgres, startPostgresServer } from './server.js';
