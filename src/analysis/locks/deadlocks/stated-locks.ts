import type { TransactionStep } from '../../../core/lock-analyst.js';
import type { LockClass } from './classes.js';
import { fromKeys, fromStatedUpgrade, type Pattern } from './patterns.js';
import { StatedOrders } from './stated-orders.js';
import { StatedTransactions } from './stated-transactions.js';
import { StatedUpgrades } from './stated-upgrades.js';
import type { StatementClasses } from './statement-classes.js';

/**
 * Patterns by the texts of statements, where a history has them with their literals (MySQL): hundreds of transactions
 * a second say which rows they lock and how, whether or not anybody waits.
 */
export class StatedLocks {
  readonly #transactions = new StatedTransactions();
  readonly #orders = new StatedOrders();
  readonly #upgrades = new StatedUpgrades();

  constructor(private readonly statements: StatementClasses) {}

  /** What the history adds to; `wanted` tells for which tables there is no pattern yet. */
  learn(history: readonly TransactionStep[], wanted: (name: LockClass) => boolean): Pattern[] {
    const ordered = new Set<LockClass>();
    const upgraded = new Map<LockClass, readonly [string, string]>();
    this.#orders.begin();
    for (const step of history) {
      const open = this.#transactions.before(step);
      const name = this.#orders.learn(open, step);
      const upgrade = this.#upgrades.learn(open, step);
      this.#transactions.after(open, step);
      if (name !== null) ordered.add(name);
      if (upgrade !== null) upgraded.set(upgrade.name, upgrade.by);
    }
    return [
      ...[...upgraded]
        .filter(([name]) => wanted(name))
        .map(([name, by]) => fromStatedUpgrade(name, this.#upgrades.probability(name), by)),
      ...[...ordered].filter(wanted).flatMap((name) => this.#ordered(name) ?? []),
    ];
  }

  /** Of rows that are made, only a wait tells that others can want the same. */
  #ordered(name: LockClass): Pattern | null {
    const { by, inserted } = this.#orders.lastOf(name);
    const waited = this.statements.takersOf(name);
    if (inserted && !by.some((digest) => waited.includes(digest))) return null;
    return fromKeys(name, this.#orders.probability(name), by, 'keys in statements');
  }
}
