import { DbvitalsError } from '../core/errors.js';
import { redactSecrets } from '../credentials/redact.js';
import { plain } from '../render/plain.js';

/** Prints an error as a person or a program wants it, and sets the exit code. Once and last. */
export function exitWith(error: unknown, signal: AbortSignal, json: boolean): void {
  if (signal.aborted && !(error instanceof DbvitalsError && error.exitCode === 2)) {
    process.exitCode = 130;
    return;
  }
  const usage = commanderExit(error);
  if (usage !== null) {
    process.exitCode = usage;
    return;
  }
  const known = error instanceof DbvitalsError ? error : internal(error);
  process.exitCode = known.exitCode;
  printError(known, json);
  if (process.env.DBVITALS_DEBUG)
    console.error(redactSecrets(String((known.cause as Error)?.stack ?? known.stack)));
}

export function printError(error: DbvitalsError, json: boolean): void {
  const message = error.message.split('\n').map((line) => redactSecrets(plain(line)));
  const remedy = error.remedy === null ? null : redactSecrets(plain(error.remedy));
  if (json)
    console.error(JSON.stringify({ error: { code: error.code, message: message.join('\n'), remedy } }));
  else console.error(`dbvitals: ${message.join('\n  ')}${remedy === null ? '' : `\n  remedy: ${remedy}`}`);
}

/** The worst of what happened decides; what was found (1) is less than an instance that was not reached (3). */
export function endWith(exitCode: number): void {
  process.exitCode = Math.max(Number(process.exitCode ?? 0), exitCode);
}

/** commander has printed its own message already. */
function commanderExit(error: unknown): number | null {
  const { code, exitCode } = error as { code?: string; exitCode?: number };
  if (typeof code !== 'string' || !code.startsWith('commander.')) return null;
  return exitCode === 0 ? 0 : 2;
}

function internal(error: unknown): DbvitalsError {
  const message = error instanceof Error ? error.message : String(error);
  return new DbvitalsError('INTERNAL', `internal error: ${message}`, {
    cause: error,
    remedy: 'set DBVITALS_DEBUG=1 for the stack, and please report it',
  });
}
