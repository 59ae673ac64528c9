import type { Capability } from '../core/capability.js';
import type { Target } from '../core/engine.js';
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
  const { level, proven, how } = engine.locate(connection, host);
  const items = [...facts.capabilities, ...host.capabilities, ...probeCapabilities(engine.probes, facts)];
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

function probeCapabilities(
  probes: Awaited<ReturnType<typeof loadEngine>>['probes'],
  facts: Parameters<(typeof probes)[number]['select']>[0],
): Capability[] {
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
