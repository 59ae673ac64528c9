export type {
  DeadlockItem,
  DeadlockPartyItem,
  DeadlockScores,
  DeadlockStatement,
  DeadlocksReport,
} from './core/deadlock-report.js';
export { DbvitalsError, type ErrorCode } from './core/errors.js';
export type {
  DiscoveredInstance,
  DiscoverReport,
  DoctorReport,
  OverheadItem,
  OverheadReport,
} from './core/instance-report.js';
export type {
  LockEpisodeItem,
  LockEpisodesReport,
  LockGraph,
  LockGraphEdge,
  LockNode,
  LocksReport,
  LongTransaction,
  RootBlocker,
  XminHolder,
} from './core/lock-report.js';
export type {
  AddDatabaseOptions,
  ConnectionOptions,
  DdlOptions,
  DeadlockOptions,
  LockEpisodeOptions,
  LockOptions,
  MonitorEvents,
  MonitorOptions,
  QuerySortKey,
  QueryUsageOptions,
  SessionOptions,
} from './core/monitor-options.js';
export type { CoverageReport, QueriesReport, QueryItem } from './core/query-report.js';
export type { DdlGuardReport, DdlHolder } from './core/relation-use.js';
export type { Evidence, Finding, Limit, Overhead, Report, ReportWindow } from './core/report.js';
export type {
  ConnectionItem,
  ConnectionsReport,
  PoolItem,
  SessionClient,
  SessionItem,
  SessionsReport,
} from './core/session-report.js';
export { DatabaseResourceMonitor } from './monitor.js';
