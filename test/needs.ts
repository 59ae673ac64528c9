import { describe, it } from 'vitest';

type Body = () => void | Promise<void>;

/** A test that not every machine can run. `why` it cannot, null where it can: the name of a skipped test tells it, `.ci/run` prints it. */
export function itNeeding(why: string | null, name: string, body: Body, timeoutMs?: number): void {
  if (why === null) it(name, body, timeoutMs);
  else it.skip(`${name} (skipped: ${why})`, body);
}

export function describeNeeding(why: string | null, name: string, body: () => void): void {
  if (why === null) describe(name, body);
  else describe.skip(`${name} (skipped: ${why})`, body);
}

/** Why there is no server of this kind, null where there is; global-setup has tried to fetch it, and under CI fails instead. */
export function missingServer(name?: string): string | null {
  if (process.env.DBVITALS_NO_SERVERS !== undefined) return 'this run has no servers';
  const missing = (process.env.DBVITALS_MISSING_SERVERS ?? '').split(',');
  return name !== undefined && missing.includes(name) ? `${name} cannot be had` : null;
}
