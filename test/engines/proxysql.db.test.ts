import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import mysql2 from 'mysql2';
import { expect, it } from 'vitest';
import { readProxySql } from '../../src/engines/mysql/proxysql.js';
import { DatabaseResourceMonitor } from '../../src/index.js';
import { call } from '../contract/harness.js';
import { describeOnMysql } from '../servers/index.js';
import { waitFor } from '../servers/wait-for.js';

type Rows = readonly Readonly<Record<string, string | null>>[];

/** Rows as ProxySQL's documentation shows them: all text, columns that are not asked for included. */
const POOL: Rows = [
  {
    hostgroup: '10',
    srv_host: 'db1',
    srv_port: '3306',
    status: 'ONLINE',
    ConnUsed: '3',
    ConnFree: '7',
    MaxConnUsed: '9',
  },
  {
    hostgroup: '20',
    srv_host: 'db2',
    srv_port: '3306',
    status: 'SHUNNED',
    ConnUsed: '0',
    ConnFree: '0',
    MaxConnUsed: '4',
  },
];
const USERS: Rows = [{ username: 'webshop', frontend_connections: '120', frontend_max_connections: '500' }];
const IDLE = {
  user: 'webshop',
  db: 'shop',
  cli_host: '10.0.0.9',
  cli_port: '7000',
  hostgroup: '10',
  l_srv_host: null,
  l_srv_port: null,
  srv_host: null,
  srv_port: null,
  command: 'Sleep',
  time_ms: '8000',
};

describeOnMysql('behind ProxySQL', { version: 'mysql-9.7' }, (server) => {
  it('a session leads to the client that its server connection serves', async () => {
    const through = await server().connect('shop');
    const { localPort } = (through as unknown as { connection: { stream: { localPort: number } } }).connection
      .stream;
    const busy = {
      ...IDLE,
      cli_host: '10.0.0.7',
      cli_port: '4711',
      l_srv_host: '127.0.0.1',
      l_srv_port: String(localPort),
      srv_host: 'db1',
      srv_port: '3306',
    };
    const admin = await adminInterface([busy, IDLE]);
    await using monitor = new DatabaseResourceMonitor();
    await monitor.addDatabase({
      name: 'db',
      type: 'mysql',
      connectionString: server().url('', 'dbvitals', 'watching'),
      poolerConnectionString: `mysql://stats:stats@127.0.0.1:${admin.port}`,
    });
    await monitor.start();
    const usage = await waitFor('the client behind', async () => {
      const found = await monitor.getConnectionUsage({ database: 'db' });
      return found.items.some(({ pooler }) => pooler !== null) ? found : null;
    });
    expect(usage.items.find(({ pooler }) => pooler === 'proxysql')).toMatchObject({
      client: { address: '10.0.0.7', through: 'proxysql' },
      idle: 1,
    });
    expect(usage.pools).toEqual([
      expect.objectContaining({
        pooler: 'proxysql 2.7.1',
        server: 'db1:3306 in host group 10, online',
        serversActive: 3,
        serversIdle: 7,
      }),
      expect.objectContaining({ server: 'db2:3306 in host group 20, shunned', serversActive: 0 }),
      expect.objectContaining({ user: 'webshop', clientsActive: 120, most: 500, maxWaitSeconds: null }),
    ]);
    through.destroy();
    await admin.close();
  });

  it('that does not answer is a limit of the report, without its password', async () => {
    const error = await readProxySql(
      { host: '127.0.0.1', port: 1, user: 'stats', password: async () => 'hunter2' },
      call(500),
    ).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'CONNECT_FAILED' });
    expect(String(error)).not.toContain('hunter2');
  });
});

/** The parts of mysql2's server that its types leave out. */
interface ProtocolServer {
  on(event: 'connection', listener: (peer: ProtocolPeer) => void): void;
  listen(port: number, host: string): void;
  close(done: () => void): void;
  readonly _server: Server;
}

interface ProtocolPeer {
  sequenceId: number;
  on(event: 'query' | 'error', listener: (text: string) => void): void;
  serverHandshake(options: object): void;
  writeTextResult(rows: Rows, columns: readonly object[]): void;
}

/** Speaks the protocol as ProxySQL's admin interface does, and answers what it is documented to be asked. */
async function adminInterface(processlist: Rows): Promise<{ port: number; close(): Promise<void> }> {
  const answers: readonly (readonly [RegExp, Rows])[] = [
    [/@@version/, [{ version: '2.7.1-54-gd1a1d4b' }]],
    [/stats_mysql_connection_pool/, POOL],
    [/stats_mysql_users/, USERS],
    [/stats_mysql_processlist/, processlist],
  ];
  const server = (mysql2.createServer as unknown as () => ProtocolServer)();
  server.on('connection', (peer) => {
    peer.serverHandshake(HANDSHAKE);
    peer.on('error', () => {});
    peer.on('query', (sql) => {
      // Packets are numbered anew from each command on; mysql2's server leaves that to its user.
      peer.sequenceId = 1;
      const [, rows = []] = answers.find(([pattern]) => pattern.test(sql)) ?? [];
      peer.writeTextResult(
        rows,
        Object.keys(rows[0] ?? { none: null }).map((name) => ({ ...COLUMN, name })),
      );
      peer.sequenceId = 0;
    });
  });
  server.listen(0, '127.0.0.1');
  const listener = server._server;
  if (!listener.listening) await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return { port, close: () => new Promise((resolve) => server.close(resolve)) };
}

const HANDSHAKE = {
  protocolVersion: 10,
  serverVersion: '8.0.11',
  connectionId: 1,
  statusFlags: 2,
  characterSet: 8,
  capabilityFlags: 0xffffff ^ 2048,
};
const COLUMN = {
  catalog: 'def',
  schema: '',
  table: '',
  orgTable: '',
  orgName: '',
  characterSet: 33,
  columnLength: 1000,
  columnType: 253,
  flags: 0,
  decimals: 0,
};
