import { join } from 'node:path';
import { run } from '../run.js';
import type { PrivatePostgres } from './server.js';

/** initdb: trust on the loopback, UTF-8, C locale, so that every machine gives the same server. 0.4 s. */
export async function initialise(
  server: Pick<PrivatePostgres, 'binaries' | 'dataDirectory' | 'account' | 'directory'>,
) {
  await run(
    join(server.binaries.bin, 'initdb'),
    ['-D', server.dataDirectory, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
    {
      uid: server.account.uid,
      gid: server.account.gid,
      cwd: server.directory.path,
      environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    },
  );
}
