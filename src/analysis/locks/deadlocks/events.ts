import type { DeadlockRecord } from '../../../core/lock-samples.js';
import type { EventSample } from '../../../core/samples.js';

/** What is worth an event: a deadlock, and one that is about to be. Predictions of longer sight stand in their table. */
export function eventsOf(records: readonly DeadlockRecord[]): EventSample[] {
  return records.flatMap((record): EventSample[] => {
    const { instance, atMs, resources, victimId, expectedAtMs, parties } = record;
    const where = resources.length === 0 ? '' : ` over ${resources.join(', ')}`;
    if (record.kind === 'happened')
      return [
        {
          atMs,
          instance,
          code: 'DEADLOCK',
          severity: 'warning',
          message: `deadlock${where}${victimId === null ? '' : `, session ${victimId} was ended`} (${record.source})`,
        },
      ];
    if (record.kind !== 'imminent' || record.outcome !== null) return [];
    const when = expectedAtMs === null ? '' : ` in ${Math.max(0, Math.round(expectedAtMs - atMs))} ms`;
    return [
      {
        atMs,
        instance,
        code: 'DEADLOCK_IMMINENT',
        severity: 'critical',
        message: `${parties.length} sessions wait in a circle${where}; the server will end ${victimId === null ? 'one of them' : `session ${victimId}`}${when}`,
      },
    ];
  });
}
