import { execFile } from 'node:child_process';
import { DbvitalsError } from '../core/errors.js';

const LIMIT_MS = 10_000;

/** First line that a command prints. What it prints on standard error is never repeated: it may hold the secret. */
export function passwordFromCommand(command: string | readonly string[], instance: string): Promise<string> {
  const [program, ...args] = typeof command === 'string' ? ['sh', '-c', command] : command;
  return new Promise((resolve, reject) => {
    const fail = (why: string) =>
      reject(
        new DbvitalsError('CREDENTIAL_UNAVAILABLE', `the password command of ${instance} ${why}`, {
          instance,
          remedy: 'run it by hand; it must print the password as its first line',
        }),
      );
    execFile(program as string, args, { timeout: LIMIT_MS, maxBuffer: 64 * 1024 }, (error, stdout) => {
      if (error !== null)
        fail(error.killed ? `did not end within ${LIMIT_MS / 1000} s` : `failed (${error.code ?? 'error'})`);
      else if (stdout.trim() === '') fail('printed nothing');
      else resolve(stdout.split('\n')[0]?.replace(/\r$/, '') as string);
    });
  });
}
