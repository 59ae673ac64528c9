import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Small files in the data directory, one for each instance, each replaced as a whole. Not for tables: the newest is all there is. */
export interface JsonFiles<T> {
  /** Null when there is none, or none that can be read. */
  load(instance: string): T | null;
  save(instance: string, value: T): void;
}

export function jsonFiles<T>(directory: string, name: string): JsonFiles<T> {
  const folder = join(directory, name);
  const pathOf = (instance: string) => join(folder, `${encodeURIComponent(instance)}.json`);
  return {
    load: (instance) => {
      try {
        return JSON.parse(readFileSync(pathOf(instance), 'utf8')) as T;
      } catch {
        return null;
      }
    },
    save: (instance, value) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const temporary = `${pathOf(instance)}.tmp`;
      writeFileSync(temporary, JSON.stringify(value), { mode: 0o600 });
      renameSync(temporary, pathOf(instance));
    },
  };
}
