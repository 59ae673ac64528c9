import type { EventSample, InstanceTick, SessionSample } from '../../src/core/samples.js';
import type { UsageEntry } from '../../src/core/usage.js';

export function sampleAt(atMs: number, id: string, user: string): SessionSample {
  return {
    atMs,
    instance: 'x',
    sessionId: `session-${id}`,
    statementId: 's1',
    row: {
      id,
      startedAtMs: 1_700_000_000_123,
      osPid: Number(id),
      osTid: null,
      kind: 'client',
      backendType: 'client backend',
      leaderId: null,
      database: 'shop',
      user,
      application: null,
      clientAddress: null,
      clientPort: null,
      state: 'active',
      digest: 'd',
      waitEventType: 'Lock',
      waitEvent: 'tuple',
      waitClass: 'lockRow',
      statementStartedAtMs: atMs - 250,
      transactionStartedAtMs: null,
      stateChangedAtMs: atMs - 250,
      blockedBy: ['8', '9'],
      tempBytes: null,
    },
    cost: {
      cpuNs: 1_234_000,
      runQueueNs: null,
      timeslices: null,
      readBytes: 8192,
      writeBytes: 0,
      readCharBytes: null,
      writeCharBytes: null,
      readCalls: null,
      writeCalls: null,
      residentBytes: null,
      anonBytes: null,
      minorFaults: null,
      majorFaults: null,
      blockIoDelayMs: null,
      state: null,
      elapsedMs: 1000,
    },
    client: { pid: 99, command: 'node', container: null },
  };
}

export function usageAt(fromMs: number, toMs: number, statementId: string, cpuNs: number): UsageEntry {
  return {
    instance: 'x',
    fromMs,
    toMs,
    kind: 'statement',
    statementId,
    database: 'shop',
    user: 'app',
    application: null,
    clientAddress: null,
    backendType: null,
    cpuNs,
    exactCpuNs: 0,
    cpuErrorNs: 4,
    runQueueNs: 1,
    readBytes: null,
    writeBytes: 0,
    samples: 1,
    waitMs: { lockRow: 10 },
    anonPeakBytes: 5,
    tempPeakBytes: null,
    durations: [0, 0, 0, 1],
  };
}

export function tickAt(atMs: number): InstanceTick {
  return {
    atMs,
    instance: 'x',
    elapsedMs: 1000,
    state: 'up',
    missedTicks: 1,
    sessionsActive: 1,
    sessionsIdle: 0,
    sessionsIdleInTransaction: 0,
    sessionsBackground: 5,
    maxConnections: 100,
    cpuNs: 1e9,
    runQueueNs: 0,
    readBytes: null,
    writeBytes: null,
    anonBytes: null,
    timeslices: 7,
    minorFaults: 3,
    majorFaults: 0,
    blockIoDelayMs: null,
    monitorServerCpuNs: null,
    monitorCpuNs: 1,
    snapshotMs: 2,
  };
}

export function eventAt(atMs: number, message: string): EventSample {
  return { atMs, instance: null, code: 'TEST', severity: 'info', message };
}
