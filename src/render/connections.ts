import type { ConnectionsReport } from '../core/session-report.js';
import { formatSeconds, UNKNOWN } from './format.js';
import { limitLines, type Style, titleLine } from './report-lines.js';
import { renderTable } from './table.js';

export function connectionsLines(report: ConnectionsReport, width: number, style: Style): string[] {
  const { used, max } = report;
  const share = max === null || used === null ? '' : ` (${Math.round((100 * used) / max)} %)`;
  const hourly = report.items.some(({ userPerHour }) => userPerHour !== null);
  const [header = '', ...rows] = renderTable(
    [
      { title: 'active', align: 'right' },
      { title: 'idle', align: 'right' },
      { title: 'idle in xact', align: 'right' },
      { title: 'oldest', align: 'right' },
      { title: 'limit', align: 'right' },
      ...(hourly ? [{ title: 'per hour' }] : []),
      { title: 'user' },
      { title: 'application' },
      { title: 'client' },
      { title: 'process', flexible: true },
    ],
    report.items.map((item) => [
      String(item.active),
      String(item.idle),
      String(item.idleInTransaction),
      item.oldestIdleInTransactionSeconds === null ? '' : formatSeconds(item.oldestIdleInTransactionSeconds),
      item.userMax === null ? '' : String(item.userMax),
      ...(hourly ? [perHour(item.userPerHour)] : []),
      item.user ?? UNKNOWN,
      item.application ?? UNKNOWN,
      item.client?.address ?? 'local',
      item.client?.pid
        ? `${item.client.command}[${item.client.pid}]${item.client.container ? ` in ${item.client.container}` : ''}`
        : '',
    ]),
    width,
  );
  return [
    titleLine('Connections', report, style),
    `${used ?? UNKNOWN} of ${max ?? UNKNOWN} used${share}, ${report.reserved ?? UNKNOWN} reserved for superusers`,
    ...failureLines(report.failures),
    '',
    style.bold(header),
    ...rows,
    ...poolLines(report.pools, width, style),
    ...limitLines(report.limits, width, style),
  ];
}

/** `1000 queries, 10 connections`. */
function perHour(limits: ConnectionsReport['items'][number]['userPerHour']): string {
  if (limits === null) return '';
  return (['queries', 'updates', 'connections'] as const)
    .flatMap((what) => (limits[what] === null ? [] : [`${limits[what]} ${what}`]))
    .join(', ');
}

function failureLines(failures: ConnectionsReport['failures']): string[] {
  if (failures === null) return [];
  const { seconds, abortedConnects, abortedClients, refusedByLimit, refusedByUserLimit } = failures;
  const ofUsers = refusedByUserLimit === null ? '' : `${refusedByUserLimit} by limits of users, `;
  return [
    `in ${formatSeconds(seconds)}: ${refusedByLimit} refused at the limit, ${ofUsers}${abortedConnects} failed logins, ${abortedClients} cut off`,
  ];
}

function poolLines(pools: ConnectionsReport['pools'], width: number, style: Style): string[] {
  if (pools.length === 0) return [];
  const count = (value: number | null) => (value === null ? UNKNOWN : String(value));
  const [header = '', ...rows] = renderTable(
    [
      { title: 'clients', align: 'right' },
      { title: 'waiting', align: 'right' },
      { title: 'servers', align: 'right' },
      { title: 'idle', align: 'right' },
      { title: 'most', align: 'right' },
      { title: 'wait', align: 'right' },
      { title: 'mode' },
      { title: 'user' },
      { title: 'database' },
      { title: 'server', flexible: true },
    ],
    pools.map((pool) => [
      count(pool.clientsActive),
      count(pool.clientsWaiting),
      count(pool.serversActive),
      count(pool.serversIdle),
      count(pool.most),
      pool.maxWaitSeconds === null ? UNKNOWN : formatSeconds(pool.maxWaitSeconds),
      pool.mode,
      pool.user ?? '',
      pool.database ?? '',
      pool.server ?? '',
    ]),
    width,
  );
  return ['', style.bold(`Pools of ${pools[0]?.pooler}`), style.bold(header), ...rows];
}
