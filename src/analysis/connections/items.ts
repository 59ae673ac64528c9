import type { UserLimits } from '../../core/facts.js';
import type { PoolerSnapshot } from '../../core/pooler.js';
import type { ConnectionItem, PoolItem, SessionItem } from '../../core/session-report.js';

/** Client sessions by user, application, client host and client process, the busiest first. */
export function connectionItems(
  sessions: readonly SessionItem[],
  userLimits: Readonly<Record<string, UserLimits>> | null,
): ConnectionItem[] {
  const groups = new Map<string, SessionItem[]>();
  for (const session of sessions) {
    if (session.kind !== 'client') continue;
    const { user, application, client } = session;
    const key = `${user}\0${application}\0${client?.address}\0${client?.pid}\0${client?.command}`;
    groups.set(key, [...(groups.get(key) ?? []), session]);
  }
  return [...groups.values()]
    .map((group) => itemOf(group, userLimits))
    .sort((a, b) => b.active + b.idle + b.idleInTransaction - (a.active + a.idle + a.idleInTransaction));
}

export function poolItems(pooler: PoolerSnapshot | null): PoolItem[] {
  return (pooler?.pools ?? []).map((pool) => ({
    pooler: `${pooler?.product} ${pooler?.version}`,
    database: pool.database,
    user: pool.user,
    server: pool.server,
    mode: pool.mode,
    clientsActive: pool.clientsActive,
    clientsWaiting: pool.clientsWaiting,
    serversActive: pool.serversActive,
    serversIdle: pool.serversIdle,
    most: pool.most,
    maxWaitSeconds: pool.maxWaitSeconds,
  }));
}

function itemOf(
  group: readonly SessionItem[],
  userLimits: Readonly<Record<string, UserLimits>> | null,
): ConnectionItem {
  const [first] = group as [SessionItem];
  const count = (state: (session: SessionItem) => boolean) => group.filter(state).length;
  const inTransaction = group.filter(({ state }) => state.startsWith('idleInTransaction'));
  const limits = userLimits?.[first.user ?? ''] ?? userLimits?.['*'] ?? null;
  const ages = inTransaction.flatMap(({ transactionAgeSeconds }) => transactionAgeSeconds ?? []);
  return {
    user: first.user,
    application: first.application,
    // The port is one session's; the group has many.
    client: first.client === null ? null : { ...first.client, port: null },
    active: count(({ state }) => state === 'active'),
    idle: count(({ state }) => state === 'idle'),
    idleInTransaction: inTransaction.length,
    oldestIdleInTransactionSeconds: ages.length === 0 ? null : Math.max(...ages),
    userMax: limits?.connections ?? null,
    userPerHour: perHourOf(limits),
    pooler: first.client?.through ?? null,
  };
}

function perHourOf(limits: UserLimits | null): ConnectionItem['userPerHour'] {
  if (limits === null) return null;
  const { connectionsPerHour: connections, queriesPerHour: queries, updatesPerHour: updates } = limits;
  return connections === null && queries === null && updates === null
    ? null
    : { connections, queries, updates };
}
