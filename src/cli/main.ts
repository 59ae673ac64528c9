#!/usr/bin/env node
import { exitWith } from './exit.js';
import { buildProgram } from './program.js';

const abort = new AbortController();

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe went away: nobody wants the rest.
  if (error.code === 'EPIPE') process.exit(0);
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second one does not wait for the cleaning up.
    if (abort.signal.aborted) process.exit(130);
    abort.abort(signal);
  });
}

try {
  await buildProgram(abort.signal).parseAsync(process.argv);
  if (abort.signal.aborted && process.exitCode === undefined)
    process.exitCode = abort.signal.reason === 'SIGINT' ? 130 : 0;
} catch (error) {
  exitWith(error, abort.signal, process.argv.includes('--json'));
}

// What keeps the process alive now was forgotten by somebody: it must not keep a terminal or a cron job.
setTimeout(() => process.exit(), 3_000).unref();
