import { Option } from 'commander';
import { TLS_MODES } from '../config/index.js';
import { type Add, wholeNumber } from './command-table.js';

/** What there is to watch: found, configured, tried. */
export function addInstances(add: Add): void {
  add(
    'discover',
    'database servers of this host, by their processes, without a login',
    ['dbvitals discover', 'dbvitals discover --json'],
    async () => (await import('./commands/discover.js')).discover,
  );
  addAdding(add);
  add(
    'list',
    'configured instances',
    ['dbvitals list'],
    async () => (await import('./commands/instances.js')).list,
  );
  add(
    'remove <name>',
    'remove an instance and its password',
    ['dbvitals remove prod'],
    async () => (await import('./commands/instances.js')).remove,
  );
  add(
    'test [names...]',
    'log in to the instances and say what answers',
    ['dbvitals test', 'dbvitals test prod'],
    async () => (await import('./commands/test.js')).test,
  );
  add(
    'doctor [names...]',
    'what can be known of an instance, and the exact GRANT or setting for the rest',
    ['dbvitals doctor prod'],
    async () => (await import('./commands/doctor.js')).doctor,
  );
}

function addAdding(add: Add): void {
  add(
    'add <name> [url]',
    'add an instance to the configuration, by URL or by its parts; a password goes to the vault',
    [
      'dbvitals add prod postgresql://monitor@db1:5432/postgres --password-stdin < secret',
      'dbvitals add prod postgresql://monitor@db1/postgres --password-command "pass show db1"',
      'dbvitals add prod postgresql:///?service=prod      # from ~/.pg_service.conf and ~/.pgpass',
      'dbvitals add shop --type mysql --host db2 --user monitor --tls verify-full --tls-ca /etc/ssl/db.pem',
      'dbvitals add prod postgresql://monitor@db1/postgres --pooler postgresql://stats@db1:6432/pgbouncer',
    ],
    async () => (await import('./commands/instances.js')).add,
  )
    .option('--type <engine>', 'instead of a URL: postgresql, mysql or mariadb')
    .option('--host <host>', 'host name, address or the directory (MySQL: the file) of a Unix socket')
    .addOption(new Option('--port <port>', 'TCP port').argParser(wholeNumber))
    .option('--user <name>', 'login')
    .option('--database <name>', 'database to log in to')
    .addOption(new Option('--tls <mode>', 'as sslmode of libpq').choices([...TLS_MODES]))
    .option('--tls-ca <file>', 'certificates of authorities to trust')
    .option('--tls-cert <file>', 'certificate of this client')
    .option('--tls-key <file>', 'its key')
    .option('--pooler <url>', 'admin console of a PgBouncer or ProxySQL in front of it')
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-command <command>', 'a command that prints it')
    .option('--password-env <name>', 'an environment variable that holds it')
    .option('--password-keyring', 'keep it in the OS keyring instead of the vault')
    .option(
      '--vault-passphrase',
      'make the vault, if there is none, with a passphrase asked for at the terminal',
    );
}
