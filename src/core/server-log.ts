import type { InstanceFacts } from './facts.js';
import type { LogFiles } from './host.js';
import type { ReportedDeadlock } from './lock-analyst.js';
import type { Unavailable } from './probe.js';

/** A log file of the server on this host. `format`: the engine's own word (PostgreSQL: `stderr`, `csvlog`, `jsonlog`). */
export interface LogFile {
  readonly path: string;
  readonly format: string;
}

/** What a piece of a log tells. `rest`: its end, where something began that the next piece goes on with. */
export interface LogFindings {
  readonly deadlocks: readonly ReportedDeadlock[];
  readonly rest: string;
}

/** How an engine's log is found and read. */
export interface ServerLog {
  /** The file that the server writes now, or why it cannot be read and what would change that. */
  locate(facts: InstanceFacts, serverPid: number, files: LogFiles): LogFile | Unavailable;
  /** Pure. `text` is whole lines; `atMs` stands in where the log's own time has a zone that only its server knows. */
  parse(text: string, format: string, atMs: number, facts: InstanceFacts): LogFindings;
  /** What is not known of deadlocks without it. */
  readonly without: string;
}
