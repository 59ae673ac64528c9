import { type FetchOptions, fetchTree } from '../debian/fetch.js';
import { templateOf } from './data-template.js';
import { DISTRIBUTIONS, type MysqlVersion } from './distributions.js';

/** The tree of a server; data of another build of it goes when a new one comes. */
export function fetchMysql(version: MysqlVersion, options: FetchOptions): Promise<string> {
  return fetchTree(version, DISTRIBUTIONS[version], options, (tree) => [templateOf(tree)]);
}
