import type { Connection } from '../../core/engine.js';

/**
 * One round trip at a time on a connection that the tick and the lock lane may share: drivers queue in their own way
 * or not at all, and a deadline must not run while a statement still stands in a queue.
 */
export function takingTurns(connection: Connection): Connection {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
  return {
    get facts() {
      return connection.facts;
    },
    get ownSessionIds() {
      return connection.ownSessionIds;
    },
    query: (query, parameters, context) => inTurn(() => connection.query(query, parameters, context)),
    together: (queries, context) => inTurn(() => connection.together(queries, context)),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
