export interface ServerVersion {
  /** `mysql`, `mariadb`, `percona`, `aurora-mysql`. */
  readonly flavour: string;
  /** Without the replication prefix that MariaDB puts before its version. */
  readonly version: string;
  /** 90704 for 9.7.4, 101119 for 10.11.19. */
  readonly versionNumber: number;
}

/** From VERSION() and the variable version_comment. MariaDB may say `5.5.5-10.11.19-MariaDB` (old clients expect a 5). */
export function parseVersion(text: string, comment: string, aurora: string | undefined): ServerVersion {
  const version = text.replace(/^5\.5\.5-(?=\d+\.\d+\.\d+)/, '');
  const [, major = '0', minor = '0', patch = '0'] = /^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  const versionNumber = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  return {
    flavour: flavourOf(version, comment, aurora),
    version: version.split(' ')[0] ?? version,
    versionNumber,
  };
}

function flavourOf(version: string, comment: string, aurora: string | undefined): string {
  if (/mariadb/i.test(version) || /mariadb/i.test(comment)) return 'mariadb';
  if (aurora !== undefined && aurora !== '') return 'aurora-mysql';
  return /percona/i.test(comment) ? 'percona' : 'mysql';
}
