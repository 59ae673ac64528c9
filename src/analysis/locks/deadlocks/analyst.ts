import type { InstanceFacts } from '../../../core/facts.js';
import {
  type Learnt,
  type LockAnalyst,
  type LockFindings,
  type LockTick,
  NO_LOCK_FINDINGS,
  type ReportedDeadlock,
  type TransactionStep,
} from '../../../core/lock-analyst.js';
import type { DeadlockRecord } from '../../../core/lock-samples.js';
import type { LockReading } from '../../../core/locks.js';
import { ClockOffset } from './clock-offset.js';
import { eventsOf } from './events.js';
import { DeadlockHistory } from './history.js';
import { type EndedCycle, ImminentDeadlocks } from './imminent.js';
import { LatentPatterns } from './latent.js';
import { Meetings } from './meetings.js';
import { packed, unpacked } from './packed.js';
import type { Scene } from './party.js';
import { Pasts } from './pasts.js';
import { Risks } from './risks.js';
import { type Knowledge, sceneOf } from './scene.js';
import { Stages } from './stages.js';
import { StatementClasses } from './statement-classes.js';
import { Transactions } from './transactions.js';
import { nextLookMs, type Policy, policyOf } from './victim.js';
import { witnessesOf } from './witnesses.js';
import { XidClock } from './xid-clock.js';

/** Tells deadlocks of one instance: those that happened, those that stand, those one edge away, those that can be. */
export function createDeadlockAnalyst(instance: string): LockAnalyst {
  return new DeadlockAnalyst(instance);
}

/** Readings that wait for the next tick: it comes every second, readings at most every 150 ms. */
const MOST_LATER = 20;
/** Of what was learnt: another shape is another number, and what has the old one is not recalled. */
const FORMAT = 3;
const POSTGRESQL: Policy = { how: 'detector', timeoutMs: 1000 };

class DeadlockAnalyst implements LockAnalyst {
  readonly #transactions = new Transactions();
  readonly #statements = new StatementClasses();
  readonly #stages = new Stages();
  readonly #pasts = new Pasts();
  readonly #meetings = new Meetings(this.#stages, this.#transactions, this.#statements);
  readonly #imminent: ImminentDeadlocks;
  readonly #latent: LatentPatterns;
  readonly #risks: Risks;
  readonly #history: DeadlockHistory;
  readonly #knowledge: Omit<Knowledge, 'pasts'> = {
    transactions: this.#transactions,
    statements: this.#statements,
    xids: new XidClock(),
  };
  readonly #later: LockReading[] = [];
  readonly #clock = new ClockOffset();
  #keepsHistory = false;
  #policy: Policy = POSTGRESQL;

  constructor(instance: string) {
    this.#imminent = new ImminentDeadlocks(instance);
    this.#latent = new LatentPatterns(instance, this.#meetings, this.#statements, this.#transactions);
    this.#risks = new Risks(instance, this.#latent, this.#meetings);
    this.#history = new DeadlockHistory(instance);
  }

  connected(facts: InstanceFacts): void {
    this.#policy = policyOf(facts);
  }

  tick({ atMs, sessions, history, deadlocks }: LockTick): LockFindings {
    if (history !== null) this.#remember(history);
    else
      for (const session of sessions)
        if (session.kind === 'client' && session.state !== 'idle') this.#transactions.see(session, atMs);
    const waiting = this.#later.splice(0);
    return found([
      ...waiting.flatMap((reading) => this.#learn(reading, this.#pasts).records),
      ...(history === null ? [] : this.#latent.learnTexts(history, atMs)),
      ...this.#risks.settle(atMs),
      ...this.#imminent.silence(atMs).flatMap((cycle) => this.#ended(cycle)),
      ...(deadlocks === null || deadlocks <= 0 ? [] : this.#history.fromCounter(deadlocks, atMs)),
    ]);
  }

  observe(reading: LockReading): LockFindings {
    const { scene, witnesses, records } = this.#learnNowOrLater(reading);
    const { fresh, ended } = this.#imminent.observe(reading, scene, this.#policy);
    const { serverNowMs, atMs } = reading;
    const look = nextLookMs(this.#imminent.waitStarts(), this.#policy, serverNowMs);
    const findings = found([
      ...fresh,
      ...records,
      ...this.#latent.stand(fresh, scene),
      ...this.#foretold(fresh, scene),
      ...ended.flatMap((cycle) => this.#ended(cycle)),
      ...this.#risks.observe(scene, witnesses),
    ]);
    return look === null ? findings : { ...findings, lookAtMs: look - serverNowMs + atMs };
  }

  #remember(history: readonly TransactionStep[]): void {
    this.#keepsHistory = true;
    this.#pasts.add(history, (earlier, digest) => this.#transactions.followed(earlier, digest));
  }

  /** Where the server keeps a history, what the waiters had run before is known with the next tick. */
  #learnNowOrLater(reading: LockReading) {
    if (!this.#keepsHistory) return this.#learn(reading, null);
    if (this.#later.length < MOST_LATER) this.#later.push(reading);
    const scene = sceneOf(reading, this.#clock.note(reading.serverNowMs - reading.atMs), {
      ...this.#knowledge,
      pasts: this.#pasts,
    });
    return { scene, witnesses: witnessesOf(scene, this.#statements), records: [] };
  }

  #learn(reading: LockReading, pasts: Pasts | null) {
    const scene = sceneOf(reading, this.#clock.note(reading.serverNowMs - reading.atMs), {
      ...this.#knowledge,
      pasts,
    });
    for (const party of scene.parties.values()) this.#stages.note(party);
    this.#statements.learn(scene);
    const witnesses = witnessesOf(scene, this.#statements);
    return { scene, witnesses, records: this.#latent.learn(scene, witnesses) };
  }

  learnt(): Learnt {
    return {
      format: FORMAT,
      deadlocks: packed({
        transactions: this.#transactions.kept(),
        statements: this.#statements.kept(),
        stages: this.#stages.kept(),
        meetings: this.#meetings.kept(),
        latent: this.#latent.kept(),
        risks: this.#risks.kept(),
      } satisfies Kept),
    };
  }

  recall({ format, deadlocks }: Learnt): void {
    if (format !== FORMAT) return;
    const kept = unpacked(deadlocks) as Kept;
    this.#transactions.recall(kept.transactions);
    this.#statements.recall(kept.statements);
    this.#stages.recall(kept.stages);
    this.#meetings.recall(kept.meetings);
    this.#latent.recall(kept.latent);
    this.#risks.recall(kept.risks);
  }

  held(): LockFindings {
    return NO_LOCK_FINDINGS;
  }

  reported(deadlocks: readonly ReportedDeadlock[]): LockFindings {
    return found(
      deadlocks.flatMap((told) => {
        const record = this.#history.fromServer(told, (digest) => [...this.#statements.classesOf(digest)]);
        if (record === null) return [];
        const ids = record.parties.flatMap(({ sessionId }) => sessionId ?? []);
        return [
          record,
          ...this.#risks.happened(ids, record.atMs),
          ...this.#latent.happened(record.resources, record.atMs),
        ];
      }),
    );
  }

  /** The missing edge of a risk has come: its circle stands. */
  #foretold(fresh: readonly DeadlockRecord[], { atMs }: Scene): DeadlockRecord[] {
    return fresh.flatMap(({ parties }) =>
      this.#risks.happened(
        parties.flatMap(({ sessionId }) => sessionId ?? []),
        atMs,
      ),
    );
  }

  #ended({ record, happened }: EndedCycle): DeadlockRecord[] {
    if (!happened) return [record];
    const kept = this.#history.fromCycle(record);
    const latent = this.#latent.happened(record.resources, record.outcomeAtMs ?? record.atMs);
    return [record, ...(kept === null ? [] : [kept]), ...latent];
  }
}

interface Kept {
  readonly transactions: ReturnType<Transactions['kept']>;
  readonly statements: ReturnType<StatementClasses['kept']>;
  readonly stages: ReturnType<Stages['kept']>;
  readonly meetings: ReturnType<Meetings['kept']>;
  readonly latent: ReturnType<LatentPatterns['kept']>;
  readonly risks: ReturnType<Risks['kept']>;
}

function found(deadlocks: readonly DeadlockRecord[]): LockFindings {
  return deadlocks.length === 0
    ? NO_LOCK_FINDINGS
    : { ...NO_LOCK_FINDINGS, deadlocks, events: eventsOf(deadlocks) };
}
