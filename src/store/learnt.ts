import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptLearnt, LearntStore } from '../core/lock-analyst.js';

/**
 * One small file for each instance in the data directory, replaced as a whole. It is no table: nobody asks for it but
 * the analyst it came from, and the newest is all there is to know. Lost with a power cut is a minute at most.
 */
export function learntStore(directory: string): LearntStore {
  const folder = join(directory, 'learnt');
  const pathOf = (instance: string) => join(folder, `${encodeURIComponent(instance)}.json`);
  return {
    load: (instance) => {
      try {
        return JSON.parse(readFileSync(pathOf(instance), 'utf8')) as KeptLearnt;
      } catch {
        return null;
      }
    },
    save: (instance, kept) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const temporary = `${pathOf(instance)}.tmp`;
      writeFileSync(temporary, JSON.stringify(kept), { mode: 0o600 });
      renameSync(temporary, pathOf(instance));
    },
  };
}

/** For a monitor that keeps nothing on disk. */
export const NOTHING_LEARNT: LearntStore = { load: () => null, save: () => {} };
