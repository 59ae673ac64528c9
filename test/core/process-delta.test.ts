import { describe, expect, it } from 'vitest';
import type { ProcessReading } from '../../src/core/process.js';
import { processCost } from '../../src/core/process-delta.js';

const reading: ProcessReading = {
  pid: 7,
  startTicks: 100,
  cpuNs: 1_000,
  runQueueNs: 500,
  timeslices: 1,
  readBytes: 4096,
  writeBytes: null,
  readCharBytes: 8192,
  writeCharBytes: 0,
  readCalls: 1,
  writeCalls: 0,
  residentBytes: 1 << 20,
  anonBytes: 1 << 19,
  minorFaults: 3,
  majorFaults: 0,
  blockIoDelayMs: null,
  state: 'R',
};

describe('processCost', () => {
  it('is the difference of counters and the later value of gauges', () => {
    const cost = processCost(reading, { ...reading, cpuNs: 1_700, anonBytes: 5, state: 'S' }, 1000);
    expect(cost).toMatchObject({
      cpuNs: 700,
      runQueueNs: 0,
      readBytes: 0,
      anonBytes: 5,
      state: 'S',
      elapsedMs: 1000,
    });
  });

  it('keeps what the kernel does not show unknown', () => {
    expect(processCost(reading, reading, 1000)).toMatchObject({ writeBytes: null, blockIoDelayMs: null });
  });

  it('gives nothing for a reused pid, first sight, or a counter that fell', () => {
    expect(processCost(undefined, reading, 1000)).toBeNull();
    expect(processCost(reading, { ...reading, startTicks: 101, cpuNs: 9_000 }, 1000)).toBeNull();
    expect(processCost(reading, { ...reading, cpuNs: 10 }, 1000)).toBeNull();
  });
});
