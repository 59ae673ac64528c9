import type { Capability } from '../core/capability.js';
import type { Engine, Target } from '../core/engine.js';
import type { InstanceFacts } from '../core/facts.js';
import type { HostReader } from '../core/host.js';
import type { DoctorReport } from '../core/instance-report.js';
import { silentLogger } from '../core/logger.js';
import { limitsOf, type Report } from '../core/report.js';
import { loadEngine } from '../engines/registry.js';

const DEADLINE_MS = 10_000;

/** Connects, asks everything once, disconnects. */
export async function examine(
  target: Target,
  host: HostReader,
  head: Omit<Report<Capability>, 'schema' | 'items'>,
  signal: AbortSignal,
): Promise<DoctorReport> {
  const engine = await loadEngine(target.engine);
  await using connection = await engine.connect(target, {
    signal,
    deadlineMs: DEADLINE_MS,
    logger: silentLogger,
  });
  const { facts } = connection;
  const { level, proven, how, serverPid } = engine.locate(connection, host);
  const items = [
    ...facts.capabilities,
    ...logCapability(engine, facts, serverPid, host),
    ...host.capabilities,
    ...probeCapabilities(engine.probes, facts),
  ];
  return {
    schema: 'dbvitals.doctor/1',
    ...head,
    limits: limitsOf(items),
    version: facts.version,
    identity: facts.identity,
    local: { proven, how, level },
    readOnly: facts.readOnly,
    clockOffsetMs: facts.clockOffsetMs,
    items,
  };
}

/** Whether deadlocks can be read from the server's log. */
function logCapability(
  engine: Engine,
  facts: InstanceFacts,
  serverPid: number | null,
  host: HostReader,
): Capability[] {
  if (engine.serverLog === undefined) return [];
  const capability = 'deadlocks.log';
  if (serverPid === null) {
    const reason = `the server's log is on another host: ${engine.serverLog.without}`;
    return [{ capability, available: false, reason, remedy: "run dbvitals on the server's host" }];
  }
  const found = engine.serverLog.locate(facts, serverPid, host.logs);
  return 'unavailable' in found
    ? [{ capability, available: false, reason: found.unavailable, remedy: found.remedy }]
    : [{ capability, available: true, reason: null, remedy: null }];
}

function probeCapabilities(probes: Engine['probes'], facts: InstanceFacts): Capability[] {
  return probes.map((probe) => {
    const selected = probe.select(facts);
    const unavailable = 'unavailable' in selected ? selected : null;
    return {
      capability: `probe.${probe.name}`,
      available: unavailable === null,
      reason: unavailable?.unavailable ?? null,
      remedy: unavailable?.remedy ?? null,
    };
  });
}
