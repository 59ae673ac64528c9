import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defaultCacheDirectory } from '../../src/lab/account.js';
import { findPostgres } from '../../src/lab/postgresql/binaries.js';
import { POSTGRES_MATRIX } from './index.js';

/** Fetches what the suites need before they start, and checks afterwards that no server was left behind. */
export default async function setup(): Promise<() => void> {
  const before = leftovers();
  if (process.env.DBVITALS_NO_SERVERS === undefined) await fetchServers();
  return () => {
    const left = leftovers().filter((name) => !before.includes(name));
    if (left.length > 0) throw new Error(`left behind in ${tmpdir()}: ${left.join(', ')}`);
  };
}

async function fetchServers(): Promise<void> {
  const missing: string[] = [];
  for (const version of POSTGRES_MATRIX) {
    try {
      await findPostgres(version, {
        cacheDirectory: defaultCacheDirectory(),
        platform: `${process.platform}-${process.arch}`,
        onProgress: (message) => console.log(message),
      });
    } catch (error) {
      if (process.env.CI !== undefined) throw error;
      missing.push(version);
      console.error(`SKIPPED: no PostgreSQL ${version}: ${(error as Error).message}`);
    }
  }
  process.env.DBVITALS_MISSING_SERVERS = missing.join(',');
}

function leftovers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('dbvitals-pg'));
}
