import type { Clock } from '../core/clock.js';

export interface TickerOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** 0 to 1: where in the interval this ticker fires, so that fifty instances do not fire at once. */
  readonly phase: number;
  readonly signal: AbortSignal;
}

/**
 * Runs `work` at every multiple of the interval, one run in flight. A run that takes longer than the interval makes
 * the next ones missed: they are counted and handed to the following run, never queued. The schedule begins when the
 * first run has ended: it connects and opens what the others only read. Paced by the monotonic clock, so a stepping wall
 * clock neither stops nor floods it. Resolves when the signal aborts.
 */
export async function runTicker(
  options: TickerOptions,
  work: (missedTicks: number) => Promise<void>,
): Promise<void> {
  const { clock, everyMs, signal } = options;
  const offsetMs = options.phase * everyMs;
  let slot = nextSlot(clock.monotonicMs(), everyMs, offsetMs);
  let missedTicks = 0;
  let first = true;
  while (!signal.aborted) {
    try {
      await clock.sleep(Math.max(0, slot * everyMs + offsetMs - clock.monotonicMs()), signal);
    } catch {
      return;
    }
    await work(missedTicks);
    const next = Math.max(slot + 1, nextSlot(clock.monotonicMs(), everyMs, offsetMs));
    missedTicks = first ? 0 : next - slot - 1;
    first = false;
    slot = next;
  }
}

/** The slot that begins at or after now; a run that ends exactly on time misses nothing. */
function nextSlot(nowMs: number, everyMs: number, offsetMs: number): number {
  return Math.ceil((nowMs - offsetMs) / everyMs);
}
