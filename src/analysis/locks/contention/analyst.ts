import { type LockAnalyst, type LockFindings, NO_LOCK_FINDINGS } from '../../../core/lock-analyst.js';
import type { SessionRow } from '../../../core/session.js';
import { LOCK_WAIT_CLASSES } from '../../../core/wait-class.js';
import { Episodes } from './episodes.js';
import { Frames } from './frame.js';
import { heldSamples, Keeper } from './keep.js';

/** Keeps the wait graph as it changes, and makes one record of each jam. */
export function createContentionAnalyst(instance: string): LockAnalyst {
  const frames = new Frames(instance);
  const keeper = new Keeper();
  const episodes = new Episodes(instance);
  const told = (): LockFindings => ({ ...NO_LOCK_FINDINGS, ...episodes.take() });
  return {
    connected() {},
    tick({ atMs, sessions }) {
      // The lane may be paused while they still wait; then the next reading tells.
      if (!sessions.some(waitsForLock)) episodes.quiet(atMs);
      return told();
    },
    observe(reading) {
      const frame = frames.next(reading);
      episodes.observe(frame);
      return { ...told(), edges: keeper.edges(frame), sessions: keeper.sessions(frame) };
    },
    held(reading) {
      // A frame of its own: it says nothing about who waits since when.
      return { ...NO_LOCK_FINDINGS, sessions: heldSamples(new Frames(instance).next(reading)) };
    },
    reported: () => NO_LOCK_FINDINGS,
    // Episodes end with the collector.
    learnt: () => ({}),
    recall() {},
  };
}

function waitsForLock({ waitClass }: SessionRow): boolean {
  return LOCK_WAIT_CLASSES.has(waitClass);
}
