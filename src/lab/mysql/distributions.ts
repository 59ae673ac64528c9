import type { DebianTree } from '../debian/fetch.js';

/** Where Debian has which server. Each is unpacked with its own C library, so the machine's own packages stay as they are. */
export interface MysqlDistribution extends DebianTree {
  readonly flavour: 'mysql' | 'mariadb';
  readonly server: string;
}

const MARIADB = {
  flavour: 'mariadb',
  packages: ['mariadb-server-core', 'mariadb-client-core', 'mariadb-server'],
  programs: ['usr/sbin/mariadbd', 'usr/bin/mariadb', 'usr/bin/my_print_defaults', 'usr/bin/resolveip'],
  server: 'usr/sbin/mariadbd',
} as const;

export const DISTRIBUTIONS = {
  'mysql-9.7': {
    flavour: 'mysql',
    suite: 'sid',
    packages: ['mysql-server-core', 'mysql-client-core', 'libmecab2'],
    programs: ['usr/sbin/mysqld', 'usr/bin/mysql'],
    server: 'usr/sbin/mysqld',
    megabytes: 65,
  },
  'mariadb-10.11': { ...MARIADB, suite: 'bookworm', megabytes: 32 },
  'mariadb-11.8': { ...MARIADB, suite: 'trixie', megabytes: 30 },
} as const satisfies Readonly<Record<string, MysqlDistribution>>;

export type MysqlVersion = keyof typeof DISTRIBUTIONS;
