import type { InstanceStatus } from '../collector/index.js';
import type { UserLimits } from '../core/facts.js';
import type { Logger } from '../core/logger.js';
import { type Limit, limitsOf } from '../core/report.js';
import { jsonFiles } from '../store/index.js';
import type { Events } from './events.js';
import { failureLimit, localityLimit } from './limits.js';

/** What was found out when an instance was connected to, as far as answers tell it. */
export interface Known {
  readonly limits: readonly Limit[];
  readonly maxConnections: number | null;
  readonly reservedConnections: number | null;
  readonly userLimits: Readonly<Record<string, UserLimits>> | null;
}

export function knownOf({ facts, locality, failure }: InstanceStatus): Known {
  return {
    limits: limitsOf([...(facts?.capabilities ?? []), ...localityLimit(locality), ...failureLimit(failure)]),
    maxConnections: facts?.maxConnections ?? null,
    reservedConnections: facts?.reservedConnections ?? null,
    userLimits: facts?.userLimits ?? null,
  };
}

/**
 * Keeps it beside the samples whenever an instance comes or goes: who reads beside a collector has no connection of its own
 * to ask.
 */
export function keepKnown(
  directory: string,
  events: Pick<Events, 'on'>,
  statusOf: (instance: string) => InstanceStatus | undefined,
  logger: Logger,
): void {
  const keep = ({ instance }: { readonly instance: string }) => {
    const status = statusOf(instance);
    if (status === undefined) return;
    try {
      jsonFiles<Known>(directory, 'known').save(instance, knownOf(status));
    } catch (error) {
      logger.warn({ instance, error: (error as Error).message }, 'what is known of it was not kept');
    }
  };
  events.on('up', keep);
  events.on('down', keep);
}

export function recallKnown(directory: string | null | undefined, instance: string): Known {
  const kept = directory ? jsonFiles<Known>(directory, 'known').load(instance) : null;
  return kept ?? knownOf({ facts: null, locality: null, failure: null });
}
