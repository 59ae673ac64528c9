import type { TransactionStep } from '../../../../core/lock-analyst.js';
import type { LockClass } from '../classes.js';
import { type Pattern, patternKey, type Side } from '../patterns.js';
import type { StatementClasses } from '../statement-classes.js';
import { type ClassPair, StatedOrders } from './orders.js';
import { StatedTransactions } from './transactions.js';
import { type StatedMeeting, StatedUpgrades } from './upgrades.js';

/**
 * Patterns by the texts of statements, where a history has them with their literals (MySQL): hundreds of transactions
 * a second say which rows they lock and how, whether or not anybody waits.
 */
export class StatedLocks {
  readonly #transactions = new StatedTransactions();
  readonly #orders = new StatedOrders();
  readonly #upgrades = new StatedUpgrades();

  constructor(private readonly statements: StatementClasses) {}

  /** What the history adds to; `wanted` tells for which classes there is no pattern yet. */
  learn(history: readonly TransactionStep[], wanted: (classes: readonly LockClass[]) => boolean): Pattern[] {
    const ordered = new Map<string, ClassPair>();
    const upgraded = new Map<LockClass, StatedMeeting>();
    this.#orders.begin();
    for (const step of history) {
      const open = this.#transactions.before(step);
      for (const pair of this.#orders.learn(open, step)) ordered.set(patternKey(pair), pair);
      const upgrade = this.#upgrades.learn(open, step);
      this.#transactions.after(open, step);
      if (upgrade !== null) upgraded.set(upgrade.name, upgrade);
    }
    return [
      ...[...upgraded.values()].filter(({ name }) => wanted([name, name])).map(upgradePattern),
      ...[...ordered.values()].flatMap((pair) => (wanted(pair) ? this.#order(pair) : [])),
    ];
  }

  /** Of rows that are made, only a wait tells that others can want the same. */
  #order(pair: ClassPair): Pattern[] {
    const [a, b] = pair;
    const probability = this.#orders.probability(pair);
    if (probability === 0) return [];
    const examples = this.#orders.examples(pair);
    const waited = this.statements.takersOf(a);
    if (examples.some(({ inserted, by }) => inserted && !by.some((digest) => waited.includes(digest))))
      return [];
    return [
      {
        classes: pair,
        kind: a === b ? 'keys' : 'order',
        evidence: 'rows in statements',
        sides: examples.map(({ side, by }) => (side === 'up' ? sideOf(a, b, by) : sideOf(b, a, by))),
        probability,
      },
    ];
  }
}

function upgradePattern({ name, by, probability }: StatedMeeting): Pattern {
  const side = sideOf(name, name, by);
  return {
    classes: [name, name],
    kind: 'upgrade',
    evidence: 'shared lock, then exclusive',
    sides: [side, side],
    probability,
  };
}

function sideOf(held: LockClass, wanted: LockClass, [heldBy, wantedBy]: readonly [string, string]): Side {
  return { held, wanted, heldBy, wantedBy, user: null, application: null };
}
