export { DISTRIBUTIONS, type MysqlVersion } from './distributions.js';
export { fetchMysql } from './fetch.js';
export { MONITOR_GRANTS } from './monitor-account.js';
export { startMysqlReplica, withGtid } from './replica.js';
export { type MysqlServerOptions, PrivateMysql, startMysqlServer } from './server.js';
