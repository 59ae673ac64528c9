import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultCacheDirectory } from '../../src/lab/account.js';
import { fetchMysql } from '../../src/lab/mysql/index.js';
import { findPostgres } from '../../src/lab/postgresql/binaries.js';
import { MYSQL_VERSIONS, POSTGRES_MATRIX } from './index.js';
import { fetchPgBouncer, PGBOUNCERS } from './pgbouncer.js';

/** Fetches what the suites need before they start, and checks afterwards that no server was left behind. */
export default async function setup(): Promise<() => void> {
  // Everything temporary of this run is in one directory: what other runs leave on the machine is not ours.
  const directory = mkdtempSync(join(tmpdir(), 'dbvitals-run-'));
  chmodSync(directory, 0o1777);
  process.env.TMPDIR = directory;
  if (process.env.DBVITALS_NO_SERVERS === undefined) await fetchServers();
  return () => {
    const left = readdirSync(directory).filter((name) => name.startsWith('dbvitals-'));
    rmSync(directory, { recursive: true, force: true });
    if (left.length === 0) return;
    // An error of a teardown is only printed; the run must fail.
    process.exitCode = 1;
    throw new Error(`left behind by the tests: ${left.join(', ')}`);
  };
}

async function fetchServers(): Promise<void> {
  const options = {
    cacheDirectory: defaultCacheDirectory(),
    onProgress: (message: string) => console.log(message),
  };
  const missing: string[] = [];
  const attempt = async (name: string, version: string, fetch: () => Promise<unknown>) => {
    try {
      await fetch();
    } catch (error) {
      if (process.env.CI !== undefined) throw error;
      missing.push(version);
      console.error(`SKIPPED: no ${name}: ${(error as Error).message}`);
    }
  };
  const platform = `${process.platform}-${process.arch}`;
  for (const version of POSTGRES_MATRIX)
    await attempt(`PostgreSQL ${version}`, version, () => findPostgres(version, { ...options, platform }));
  for (const version of MYSQL_VERSIONS) await attempt(version, version, () => fetchMysql(version, options));
  for (const name of Object.keys(PGBOUNCERS))
    await attempt(name, name, () => fetchPgBouncer(name, options.onProgress));
  if (missing.length > 0)
    console.error(
      `SKIPPED: the tests on ${missing.length} servers that cannot be had: ${missing.join(', ')}`,
    );
  process.env.DBVITALS_MISSING_SERVERS = missing.join(',');
}
