/**
 * The unified taxonomy of waits. Every engine maps its own events onto these 18 classes by a table shipped as
 * data; the engine's own event name is kept beside the class.
 *
 * `cpu` is "the server names no wait": whether the session really ran or stood in the CPU run queue is known only
 * from the operating system (`runQueueNs`), which is why `cpuQueue` is a class of its own.
 */
export const WAIT_CLASSES = [
  'cpu',
  'cpuQueue',
  'lockRow',
  'lockObject',
  'lockApplication',
  'latch',
  'ioDataRead',
  'ioDataWrite',
  'ioTemp',
  'logCommit',
  'replication',
  'networkClient',
  'memory',
  'parallel',
  'compile',
  'throttle',
  'idleInTransaction',
  'idle',
] as const;

/** `other` is not a class: it is a wait that no table maps, counted so that the gap is seen. */
export type WaitClass = (typeof WAIT_CLASSES)[number] | 'other';

/** Classes that mean "stands behind another session's lock". */
export const LOCK_WAIT_CLASSES: ReadonlySet<WaitClass> = new Set<WaitClass>([
  'lockRow',
  'lockObject',
  'lockApplication',
]);
