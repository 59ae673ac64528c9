import type { Capability } from './capability.js';
import type { EngineName } from './engine-name.js';

/** What stands around the items of every answer; `--json` prints exactly this. See docs/json.md. */
export interface Report<Item> {
  /** `dbvitals.<name>/<version>`; a shape only grows, a breaking change raises the number. */
  readonly schema: string;
  readonly generatedAt: string;
  /** Null where the answer is not about one instance. */
  readonly instance: string | null;
  readonly engine: EngineName | null;
  readonly window: ReportWindow | null;
  /** What could not be known, why, and what would change it. */
  readonly limits: readonly Limit[];
  readonly overhead: Overhead | null;
  readonly items: readonly Item[];
}

export interface ReportWindow {
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly samples: number;
  readonly missedTicks: number;
}

export interface Limit {
  readonly capability: string;
  readonly reason: string;
  readonly remedy: string | null;
}

/** What watching cost in the window. Null: not measurable (remote server). */
export interface Overhead {
  /** CPU of the monitor. */
  readonly cpuMs: number | null;
  /** CPU of its own sessions on the server. */
  readonly serverCpuMs: number | null;
}

export interface Finding {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'critical';
  /** 0 to 1. */
  readonly confidence: number;
  readonly title: string;
  readonly evidence: readonly Evidence[];
  /** Text for a person; never executed. */
  readonly advice: string;
}

export interface Evidence {
  readonly what: string;
  readonly value: number | string;
  readonly unit: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

/** The capabilities that are not available, as limits of an answer. */
export function limitsOf(capabilities: readonly Capability[]): Limit[] {
  return capabilities
    .filter((capability) => !capability.available)
    .map(({ capability, reason, remedy }) => ({ capability, reason: reason ?? 'not available', remedy }));
}
