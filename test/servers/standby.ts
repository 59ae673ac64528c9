import { appendFile, chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../../src/lab/free-port.js';
import { PrivatePostgres } from '../../src/lab/postgresql/server.js';
import { makePrivateDirectory } from '../../src/lab/private-directory.js';
import { run } from '../../src/lab/run.js';

/**
 * A streaming standby of a private server: its files copied during a backup, because the npm packages have no
 * pg_basebackup. Works from PostgreSQL 15 on. `settings` go below those of the primary.
 */
export async function startStandby(
  primary: PrivatePostgres,
  settings: Readonly<Record<string, string>> = {},
): Promise<PrivatePostgres> {
  const { binaries, account } = primary;
  const directory = await makePrivateDirectory(`pg${primary.major}-standby`, account);
  const standby = new PrivatePostgres(binaries, await freePort(), directory.path, directory, account);
  try {
    await copy(primary, standby, settings);
    if (account.uid !== undefined)
      await run('chown', ['-R', `${account.uid}:${account.gid}`, directory.path]);
    await standby.start();
    return standby;
  } catch (error) {
    await standby.stop();
    throw error;
  }
}

async function copy(
  primary: PrivatePostgres,
  standby: PrivatePostgres,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const client = await primary.connect();
  await client.query("SELECT pg_backup_start('standby', true)");
  await cp(primary.dataDirectory, standby.dataDirectory, { recursive: true });
  const { rows } = await client.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
  await client.end();
  const at = (...parts: string[]) => join(standby.dataDirectory, ...parts);
  await chmod(standby.dataDirectory, 0o700);
  await rm(at('postmaster.pid'), { force: true });
  for (const slot of await readdir(at('pg_replslot'))) await rm(at('pg_replslot', slot), { recursive: true });
  await writeFile(at('backup_label'), rows[0]?.labelfile ?? '');
  await writeFile(at('standby.signal'), '');
  const all = {
    port: String(standby.port),
    unix_socket_directories: standby.socketDirectory,
    primary_conninfo: `host=127.0.0.1 port=${primary.port} user=postgres`,
    ...settings,
  };
  await appendFile(
    at('postgresql.conf'),
    Object.entries(all)
      .map(([name, value]) => `${name} = '${value}'\n`)
      .join(''),
  );
}
