import { describe, expect, it } from 'vitest';
import type { Directory } from '../../../src/collector/directory.js';
import { ToldStatements } from '../../../src/collector/locks/told-statements.js';
import type { SessionRow } from '../../../src/core/session.js';

const known: Readonly<Record<string, readonly string[]>> = { one: ['a'], 'in each database': ['b', 'c'] };
const directory = {
  digestsOf: (text: string) => new Set(known[text] ?? []),
} as unknown as Directory;
const party = (sessionId: string, text: string | null, digest: string | null = null) => ({
  sessionId,
  digest,
  text,
  waitsFor: null,
  mode: null,
});
const waits = (id: string, digest: string) => ({ id, digest, waitClass: 'lockRow' }) as unknown as SessionRow;
const digestsOf = (told: ToldStatements, ...parties: ReturnType<typeof party>[]) =>
  told
    .named([{ atMs: 0, source: 'log', victimId: null, parties }])
    .flatMap((deadlock) => deadlock.parties.map(({ digest }) => digest));

describe('statements of a deadlock that the server told by their texts', () => {
  it('are those of the same text; what the server named stays', () => {
    const told = new ToldStatements(directory);
    expect(
      digestsOf(told, party('1', 'one'), party('2', 'another'), party('3', null), party('4', 'one', 'z')),
    ).toEqual(['a', null, null, 'z']);
  });

  it('are, of several with one text, what the session ran when it waited; else unknown', () => {
    const told = new ToldStatements(directory);
    const twice = [party('1', 'in each database'), party('2', 'in each database')] as const;
    told.see([waits('1', 'c'), waits('2', 'elsewhere')], 1_000);
    expect(digestsOf(told, ...twice)).toEqual(['c', null]);
    told.see([], 62_000);
    expect(digestsOf(told, ...twice)).toEqual([null, null]);
  });
});
