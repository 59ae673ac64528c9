import type { InstanceFacts } from '../../../core/facts.js';
import type { ReportedDeadlock } from '../../../core/lock-analyst.js';
import { normaliseStatement } from '../normalise.js';
import { sampledDigest } from '../sampled-texts.js';
import { isMariadb } from '../select.js';
import type { InnodbParty } from './parse.js';

/** As it is handed on: without literals. `victim`: as the server printed it, place in `parties`. */
export function reportedOf(
  parties: readonly InnodbParty[],
  victim: number | null,
  facts: InstanceFacts,
  { atMs, source }: Pick<ReportedDeadlock, 'atMs' | 'source'>,
): ReportedDeadlock {
  const place = victim === null ? null : placeOfVictim(victim, parties.length, facts);
  return {
    atMs,
    source,
    victimId: place === null ? null : (parties[place]?.sessionId ?? null),
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
