import { describe, expect, it } from 'vitest';
import { linksOf, poolOf, versionOf } from '../../src/engines/postgresql/pgbouncer.js';

describe('PgBouncer', () => {
  it('says its version in two ways', () => {
    expect(versionOf({ version: 'PgBouncer 1.18.0' })).toBe('1.18.0');
    expect(versionOf(undefined)).toBe('unknown');
  });

  it('waits are seconds and microseconds; columns that a version lacks are unknown', () => {
    const row = {
      database: 'shop',
      user: 'app',
      cl_active: '3',
      cl_waiting: '2',
      sv_active: '1',
      sv_idle: '0',
      sv_used: '0',
      maxwait: '4',
      maxwait_us: '500000',
    };
    expect(poolOf(row)).toMatchObject({
      clientsWaiting: 2,
      serversActive: 1,
      maxWaitSeconds: 4.5,
      mode: 'unknown',
    });
  });

  it('leads from the server connection to the client it serves', () => {
    const clients = [{ ptr: '0x1', addr: '10.0.0.7', port: '4711', application_name: 'web' }];
    const servers = [
      { database: 'shop', user: 'app', remote_pid: '99', link: '0x1' },
      { database: 'shop', user: 'app', remote_pid: '0', link: '' },
    ];
    expect(linksOf(clients, servers)).toEqual([
      {
        serverSessionId: '99',
        from: null,
        database: 'shop',
        user: 'app',
        client: { address: '10.0.0.7', port: 4711, application: 'web' },
      },
      { serverSessionId: null, from: null, database: 'shop', user: 'app', client: null },
    ]);
  });
});
