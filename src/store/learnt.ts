import type { KeptLearnt, LearntStore } from '../core/lock-analyst.js';
import { jsonFiles } from './json-files.js';

/** Nobody asks for it but the analyst it came from. Lost with a power cut is a minute at most. */
export function learntStore(directory: string): LearntStore {
  return jsonFiles<KeptLearnt>(directory, 'learnt');
}

/** For a monitor that keeps nothing on disk. */
export const NOTHING_LEARNT: LearntStore = { load: () => null, save: () => {} };
