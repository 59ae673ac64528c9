import { increaseOf } from './delta.js';
import type { ProcessCost, ProcessReading } from './process.js';

/**
 * What a process used between two readings. Null when they are not of the same process (a reused pid has another
 * start time) or a counter fell.
 */
export function processCost(
  previous: ProcessReading | undefined,
  next: ProcessReading,
  elapsedMs: number,
): ProcessCost | null {
  if (previous === undefined || previous.startTicks !== next.startTicks) return null;
  if (next.cpuNs < previous.cpuNs) return null;
  return {
    cpuNs: next.cpuNs - previous.cpuNs,
    runQueueNs: increaseOf(previous.runQueueNs, next.runQueueNs),
    timeslices: increaseOf(previous.timeslices, next.timeslices),
    readBytes: increaseOf(previous.readBytes, next.readBytes),
    writeBytes: increaseOf(previous.writeBytes, next.writeBytes),
    readCharBytes: increaseOf(previous.readCharBytes, next.readCharBytes),
    writeCharBytes: increaseOf(previous.writeCharBytes, next.writeCharBytes),
    readCalls: increaseOf(previous.readCalls, next.readCalls),
    writeCalls: increaseOf(previous.writeCalls, next.writeCalls),
    residentBytes: next.residentBytes,
    anonBytes: next.anonBytes,
    minorFaults: increaseOf(previous.minorFaults, next.minorFaults),
    majorFaults: increaseOf(previous.majorFaults, next.majorFaults),
    blockIoDelayMs: increaseOf(previous.blockIoDelayMs, next.blockIoDelayMs),
    state: next.state,
    elapsedMs,
  };
}
