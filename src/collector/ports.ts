import type { Clock } from '../core/clock.js';
import type { Engine, Target } from '../core/engine.js';
import type { HostReader } from '../core/host.js';
import type { LearntStore, LockAnalyst } from '../core/lock-analyst.js';
import type { Logger } from '../core/logger.js';
import type { MonitorEvents } from '../core/monitor-options.js';
import type { SampleSink } from '../core/samples.js';
import type { Attributor } from '../core/usage.js';
import type { Budget } from './budget.js';

export type Emit = <K extends keyof MonitorEvents>(event: K, payload: MonitorEvents[K]) => void;

/** What one instance's loop needs of the rest of the house. */
export interface CollectorPorts {
  readonly engine: Engine;
  readonly target: Target;
  readonly host: HostReader;
  readonly sink: SampleSink;
  readonly attributor: Attributor;
  readonly lockAnalyst: LockAnalyst;
  readonly learntStore: LearntStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly emit: Emit;
  /** Shared by all instances. */
  readonly budget: Budget;
  /** This instance's share of the CPU that this process used so far, ns. */
  readonly ownCpuNs: () => number;
}
