export { DISTRIBUTIONS, type MysqlVersion } from './distributions.js';
export { fetchMysql } from './fetch.js';
export { type MysqlServerOptions, PrivateMysql, startMysqlServer } from './server.js';
