import { constants, setPriority } from 'node:os';
import { mergeSegments } from './merge.js';

/** A program of its own: merges the files of one data directory and ends. DuckDB never enters the collector's process. */
const [directory, currentHour] = process.argv.slice(2);
if (directory === undefined || currentHour === undefined)
  throw new Error('usage: compact-worker DIRECTORY HOUR');
setPriority(constants.priority.PRIORITY_LOW);
await mergeSegments(directory, currentHour, Date.now());
process.disconnect?.();
