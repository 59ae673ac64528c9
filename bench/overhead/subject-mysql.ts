import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { freePort } from '../../src/lab/free-port.js';
import { type MysqlServerOptions, startMysqlServer } from '../../src/lab/mysql/index.js';
import { spawnLoad } from './collector.js';
import type { Peer, Subject } from './subject.js';

const SYSBENCH = '/usr/bin/sysbench';
const GRANTS = `GRANT PROCESS, REPLICATION CLIENT ON *.* TO %; GRANT SELECT ON performance_schema.* TO %`;

/** MySQL 9.7 or MariaDB 11.8, beside prometheus-mysqld-exporter scraped each second and mytop at 1 s. */
export async function startMysqlSubject(
  version: MysqlServerOptions['version'],
  sessions: number,
  say: (line: string) => void,
): Promise<Subject> {
  const server = await startMysqlServer({
    version,
    settings: { 'max-connections': sessions + 60, 'innodb-buffer-pool-size': '128M' },
    onProgress: say,
  });
  const admin = await server.connect();
  for (const user of ['dbvitals', 'exporter', 'mytop']) {
    await admin.query(`CREATE USER ${user}@'%'; ${GRANTS.replaceAll('%', `${user}@'%'`)}`);
  }
  await admin.query("CREATE DATABASE bench; CREATE USER loader@'%'; GRANT ALL ON bench.* TO loader@'%'");
  const sysbench = [
    'oltp_read_write',
    '--db-driver=mysql',
    '--mysql-host=127.0.0.1',
    `--mysql-port=${server.port}`,
    '--mysql-user=loader',
    '--mysql-db=bench',
    '--tables=4',
    '--table-size=20000',
  ];
  const threads = server.flavour === 'mysql' ? THREADS_MYSQL : THREADS_MARIADB;
  return {
    urls: [server.url('', 'dbvitals')],
    peers: [await exporter(server.port, server.directory.path), mytop(server.port)],
    startLoad: (burners) => spawnLoad('mysql', [server.port], sessions, burners),
    async serverCpuNs(host, user) {
      const [rows] = await admin.query<RowDataPacket[]>(threads, [user]);
      const tids = rows.flatMap(({ tid }) => (tid === null ? [] : Number(tid)));
      return new Map([...host.readThreads(server.pid, tids)].map(([tid, { cpuNs }]) => [tid, cpuNs]));
    },
    startThroughput(seconds) {
      if (!existsSync(SYSBENCH)) return null;
      spawnSync(SYSBENCH, [...sysbench, 'prepare']);
      const run = [...sysbench, '--threads=4', `--time=${seconds}`, '--report-interval=1', 'run'];
      // Into a pipe it would report once in a while.
      return spawn('stdbuf', ['-oL', SYSBENCH, ...run], { stdio: ['ignore', 'pipe', 'inherit'] });
    },
    async close() {
      await admin.end();
      await server.stop();
    },
  };
}

const THREADS_MYSQL = 'SELECT THREAD_OS_ID AS tid FROM performance_schema.threads WHERE PROCESSLIST_USER = ?';
const THREADS_MARIADB = 'SELECT TID AS tid FROM information_schema.PROCESSLIST WHERE USER = ?';

async function exporter(port: number, directory: string): Promise<Peer> {
  const listen = `127.0.0.1:${await freePort()}`;
  let scrapes: NodeJS.Timeout | null = null;
  return {
    name: 'exporter',
    start() {
      if (!existsSync('/usr/bin/prometheus-mysqld-exporter')) return null;
      const config = join(directory, 'exporter.cnf');
      writeFileSync(config, `[client]\nuser=exporter\npassword=\nhost=127.0.0.1\nport=${port}\n`);
      scrapes = setInterval(
        () => get(`http://${listen}/metrics`, (answer) => answer.resume()).on('error', () => {}),
        1_000,
      );
      return spawn(
        'prometheus-mysqld-exporter',
        [
          `--config.my-cnf=${config}`,
          `--web.listen-address=${listen}`,
          '--collect.info_schema.processlist',
          '--collect.perf_schema.eventsstatements',
        ],
        {
          stdio: 'ignore',
          env: { ...process.env, DATA_SOURCE_NAME: `exporter:@(127.0.0.1:${port})/` },
        },
      );
    },
    stop() {
      if (scrapes !== null) clearInterval(scrapes);
    },
  };
}

/** mytop wants a terminal: `script` gives it one. */
function mytop(port: number): Peer {
  return {
    name: 'mytop',
    start(): ChildProcess | null {
      if (!existsSync('/usr/bin/mytop')) return null;
      const command = `stty rows 50 cols 200; exec mytop -u mytop -h 127.0.0.1 -P ${port} -s 1 -d performance_schema`;
      return spawn('script', ['-qfc', command, '/dev/null'], {
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { ...process.env, TERM: 'xterm-256color' },
      });
    },
  };
}
