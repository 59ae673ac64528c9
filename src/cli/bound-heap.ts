import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Garbage that may pile up above what was alive after the last collection. */
const MOST_GARBAGE_BYTES = 28 * 2 ** 20;
const LOOK_EVERY_MS = 5_000;
/** What may come on top of 21 MB alive before all is collected: at a thousand sessions that is once in half a minute. */
const GROWING_PERCENT = 40;

/**
 * Bytes of bytecode that a function runs before it is worth optimizing, 15 times V8's own: most of what runs once a second
 * pays the compilers' CPU back after minutes, if ever, and they took a quarter of the first ones (docs/decisions/0008).
 */
const OPTIMIZE_AFTER_BYTES = 1_000_000;

/** Room for new objects, both halves. Node 24 would let it grow to 134 MB, which cost memory and saved no CPU. */
const MOST_YOUNG_BYTES = 16 * 2 ** 20;

/**
 * Keeps a long-lived process small: on a host with much memory V8 lets dead rows that were flushed pile up to hundreds
 * of megabytes before it looks at them (597 MB after ten minutes of 1,000 sessions a second). A collection takes some
 * 30 ms, once in half a minute at that rate.
 */
export function boundHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWING_PERCENT}`);
  // Four helpers that share a small collection cost 6 % more CPU than one thread alone (1,000 sessions, Node 20).
  setFlagsFromString('--no-parallel-scavenge');
  // Ahead of time and beside the program V8 collects in small steps, and as a "memory reducer" up to three times in a row
  // whenever little is allocated: the less a tick allocates, the more it cost. All at once takes 30 ms.
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString(`--interrupt-budget=${OPTIMIZE_AFTER_BYTES}`);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  let alive = process.memoryUsage();
  boundYoung();
  setInterval(boundYoung, 1_000).unref();
  setInterval(() => {
    const now = process.memoryUsage();
    const garbage = now.heapUsed - alive.heapUsed + now.external - alive.external;
    if (garbage < MOST_GARBAGE_BYTES) return;
    collect();
    alive = process.memoryUsage();
  }, LOOK_EVERY_MS).unref();
}

/** Its limit can only be set at start, but whether it grows further can be set at any time. A whole collection may shrink it. */
function boundYoung(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  const grows = (young?.space_size ?? 0) < MOST_YOUNG_BYTES;
  setFlagsFromString(`--semi-space-growth-factor=${grows ? 2 : 1}`);
}
