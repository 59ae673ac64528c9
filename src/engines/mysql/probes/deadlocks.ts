import type { InstanceFacts } from '../../../core/facts.js';
import type { ReportedDeadlock } from '../../../core/lock-analyst.js';
import type { Probe } from '../../../core/probe.js';
import { type InnodbDeadlock, parseDeadlock } from '../deadlocks/parse.js';
import { normaliseStatement } from '../normalise.js';
import { sampledDigest } from '../sampled-texts.js';
import { isMariadb, queryFor } from '../select.js';

/** The last deadlock that InnoDB saw: the only one it describes where everybody with PROCESS may read. */
export const deadlocks: Probe = {
  name: 'deadlocks',
  lane: 'deadlocks',
  select: (facts) => queryFor('deadlocks', facts),
  toRecords(rows, { facts, atMs }) {
    const found = parseDeadlock(String(rows[0]?.Status ?? ''));
    return { reported: found === null ? [] : [reportedOf(found, facts, atMs)] };
  },
};

function reportedOf(
  { at, printedAt, victim: printed, parties }: InnodbDeadlock,
  facts: InstanceFacts,
  atMs: number,
): ReportedDeadlock {
  // Both times are of the server's zone, which it does not name: only their distance is used.
  const ageMs = printedAt === null ? 0 : Math.max(0, Date.parse(`${printedAt}Z`) - Date.parse(`${at}Z`));
  const victim = printed === null ? null : placeOfVictim(printed, parties.length, facts);
  return {
    atMs: atMs - ageMs,
    source: 'InnoDB status',
    victimId: victim === null ? null : (parties[victim]?.sessionId ?? null),
    parties: parties.map(({ sessionId, statement, waitsFor }) => ({
      sessionId,
      // Sessions of MySQL carry the server's digest, which cannot be made from a text here.
      digest: statement === null || !isMariadb(facts) ? null : sampledDigest(facts, statement),
      text: statement === null ? null : normaliseStatement(statement).text,
      waitsFor: waitsFor?.relation ?? null,
      mode: waitsFor?.mode ?? null,
    })),
  };
}

/**
 * MariaDB counts its parties from one place and prints them from the next (MDEV-37977): 10.11.19 named the wrong one in 40
 * of 40 deadlocks with two and three parties, 11.8.9 in none of 40. Between them nobody knows.
 */
function placeOfVictim(printed: number, parties: number, facts: InstanceFacts): number | null {
  if (!isMariadb(facts) || facts.versionNumber >= 110_809) return printed;
  return facts.versionNumber <= 101_119 ? (printed + parties - 1) % parties : null;
}
