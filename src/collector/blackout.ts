import { sessionIdOf } from '../core/ids.js';
import { taskOf } from '../core/session-key.js';
import type { CollectorPorts } from './ports.js';
import { instanceTick } from './records.js';
import type { Tracker } from './tracker.js';

/** A tick without the server: the titles of its processes or names of its threads, and what they cost. */
export function blackoutTick(ports: CollectorPorts, tracker: Tracker, missedTicks: number): void {
  const { clock, engine, sink, target } = ports;
  const atMs = clock.nowMs();
  const sessions = engine.sessionsFromTitles(tracker.titles());
  const costs = tracker.read(sessions, clock.monotonicMs());
  ports.attributor.tick({
    atMs,
    elapsedMs: 0,
    clockOffsetMs: 0,
    sessions,
    ownSessionIds: new Set(),
    processes: costs.costs,
    endedCpuNs: costs.endedCpuNs,
    taskNames: costs.names,
    sharedTasks: costs.shared,
    statements: null,
    ioInFlight: null,
  });
  const instance = target.name;
  sink.append(
    'session_samples',
    sessions.map((row) => ({
      atMs,
      instance,
      sessionId: sessionIdOf(instance, row.id, row.startedAtMs),
      statementId: null,
      row,
      cost: costs.costs.get(taskOf(row) ?? -1) ?? null,
      client: null,
    })),
  );
  sink.append('instance_ticks', [
    instanceTick(instance, 'blackout', sessions, costs, {
      atMs,
      elapsedMs: 1000,
      missedTicks,
      snapshotMs: null,
      maxConnections: null,
      measured: true,
      monitorCpuNs: 0,
      monitorServerCpuNs: null,
    }),
  ]);
}
