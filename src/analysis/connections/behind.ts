import type { PoolerLink, PoolerSnapshot } from '../../core/pooler.js';
import type { SessionRow } from '../../core/session.js';

/**
 * The real client of a pooler's session: by the server's session id (PgBouncer), else by the pooler's end of the
 * connection (ProxySQL). Servers that resolve addresses to names leave only the port to compare; a port that two links
 * have is then no answer.
 */
export function clientsBehind(pooler: PoolerSnapshot | null): (row: SessionRow) => PoolerLink['client'] {
  const byId = new Map<string, PoolerLink>();
  const byEndpoint = new Map<string, PoolerLink>();
  const byPort = new Map<number, PoolerLink[]>();
  for (const link of pooler?.links ?? []) {
    if (link.serverSessionId !== null) byId.set(link.serverSessionId, link);
    if (link.from === null) continue;
    byEndpoint.set(`${link.from.address}:${link.from.port}`, link);
    byPort.set(link.from.port, [...(byPort.get(link.from.port) ?? []), link]);
  }
  return (row) => {
    const known = byId.get(row.id) ?? byEndpoint.get(`${row.clientAddress}:${row.clientPort}`);
    if (known !== undefined) return known.client;
    const named = row.clientAddress !== null && !/^[\d.]+$|:/.test(row.clientAddress);
    const [only, other] = (named ? byPort.get(row.clientPort ?? -1) : undefined) ?? [];
    return only === undefined || other !== undefined ? null : only.client;
  };
}
