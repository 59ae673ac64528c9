import type { Capability } from '../core/capability.js';
import type { DbvitalsError } from '../core/errors.js';

/** Without the processes there is no CPU, I/O or memory per session. */
export function localityLimit(locality: { level: string; how: string } | null): Capability[] {
  if (locality === null || locality.level === 'per-session') return [];
  return [
    {
      capability: 'os.sessions',
      available: false,
      reason: locality.how,
      remedy: "run dbvitals on the server's host",
    },
  ];
}

/** Why nothing new comes in. */
export function failureLimit(failure: DbvitalsError | null): Capability[] {
  return failure === null
    ? []
    : [{ capability: 'connection', available: false, reason: failure.message, remedy: failure.remedy }];
}
