import type { CallContext, Connection } from '../../core/engine.js';
import type { SelectedQuery } from '../../core/probe.js';
import type { Row } from '../../core/row.js';

/**
 * One round trip at a time on a connection that the tick and the lock lane may share: drivers queue in their own way
 * or not at all, and a deadline must not run while a statement still stands in a queue.
 */
export function takingTurns(connection: Connection): Connection {
  let last: Promise<unknown> = Promise.resolve();
  return {
    get facts() {
      return connection.facts;
    },
    get ownSessionIds() {
      return connection.ownSessionIds;
    },
    query(query: SelectedQuery, parameters: readonly unknown[], context: CallContext) {
      const mine: Promise<readonly Row[]> = last.then(() => connection.query(query, parameters, context));
      last = mine.catch(() => {});
      return mine;
    },
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
