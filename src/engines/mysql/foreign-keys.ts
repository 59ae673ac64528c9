import type { InstanceFacts } from '../../core/facts.js';
import type { NamedRow } from '../../core/lock-analyst.js';
import type { Row } from '../../core/row.js';
import { namedRow } from './named-row.js';

interface ForeignKey {
  readonly childColumn: string;
  readonly parent: string;
  readonly parentColumn: string;
}

/** By connection: facts live as long as one does. By child table. */
const KNOWN = new WeakMap<InstanceFacts, ReadonlyMap<string, readonly ForeignKey[]>>();

/** Foreign keys of one column, as the server had them at connect (information_schema.INNODB_FOREIGN, which needs PROCESS). */
export function keepForeignKeys(facts: InstanceFacts, rows: readonly Row[]): void {
  const all = new Map<string, ForeignKey[]>();
  for (const { child, child_column, parent, parent_column } of rows) {
    const [from, to] = [relationOf(String(child)), relationOf(String(parent))];
    if (from === null || to === null) continue;
    const known = all.get(from) ?? [];
    known.push({
      childColumn: String(child_column).toLowerCase(),
      parent: to,
      parentColumn: String(parent_column).toLowerCase(),
    });
    all.set(from, known);
  }
  KNOWN.set(facts, all);
}

/** Rows of other tables that an inserted row refers to: InnoDB locks them shared until the transaction ends. */
export function referredBy(facts: InstanceFacts, { relation, columns }: NamedRow): NamedRow[] {
  return (KNOWN.get(facts)?.get(relation) ?? []).flatMap(({ childColumn, parent, parentColumn }) => {
    const value = columns.get(childColumn);
    return value === undefined ? [] : [namedRow(parent, new Map([[parentColumn, value]]), false)];
  });
}

/** `shop/orders` is `shop.orders`; names with other than plain characters are encoded (`@002d`) and left out. */
function relationOf(name: string): string | null {
  return name.includes('@') ? null : name.replace('/', '.');
}
