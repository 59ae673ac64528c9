import { connect } from 'node:net';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { Target } from '../../core/engine.js';

const CANCEL_REQUEST_CODE = 80877102;

/** PostgreSQL's CancelRequest on a second socket: 16 bytes, no login; the server closes it. Bounded to one second. */
export function cancelRequest(client: Client, target: Target): Promise<void> {
  const { processID, secretKey } = client as unknown as {
    processID: number | null;
    secretKey: number | null;
  };
  if (processID === null || secretKey === null) return Promise.resolve();
  const packet = Buffer.alloc(16);
  packet.writeInt32BE(16, 0);
  packet.writeInt32BE(CANCEL_REQUEST_CODE, 4);
  packet.writeInt32BE(processID, 8);
  packet.writeInt32BE(secretKey, 12);
  return new Promise((resolve) => {
    const socket = target.host.startsWith('/')
      ? connect(join(target.host, `.s.PGSQL.${target.port}`))
      : connect(target.port, target.host);
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('error', () => socket.destroy());
    socket.once('close', () => resolve());
    socket.once('connect', () => socket.end(packet));
    socket.resume();
  });
}
