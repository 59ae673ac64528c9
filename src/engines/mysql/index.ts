import type { Engine } from '../../core/engine.js';
import { connect } from './connect.js';
import { locate } from './locate.js';
import { serverLog } from './log/index.js';
import { normaliseStatement } from './normalise.js';
import { errorCounters, innodbCounters, statusCounters } from './probes/counters.js';
import { deadlocks } from './probes/deadlocks.js';
import { lockHistory } from './probes/lock-history.js';
import { lockWaiters, lockWatch } from './probes/lock-waiters.js';
import { locks } from './probes/locks.js';
import { longTransactions } from './probes/long-transactions.js';
import { relationUse } from './probes/relation-use.js';
import { sessions } from './probes/sessions.js';
import { statements } from './probes/statements.js';
import { readProxySql } from './proxysql.js';
import { queriesFor } from './select.js';
import { statementTexts } from './texts.js';
import { sessionsFromThreadNames } from './thread-names.js';

/** MySQL 5.7 to 9.x and MariaDB 10.6 to 11.x, with Percona Server and Aurora MySQL as flavours. */
export const mysql: Engine = {
  name: 'mysql',
  defaultPort: 3306,
  sessionsAre: 'threads',
  probes: [
    sessions,
    lockWaiters,
    locks,
    lockWatch,
    deadlocks,
    lockHistory,
    statusCounters,
    errorCounters,
    innodbCounters,
    longTransactions,
    statements,
    relationUse,
  ],
  queriesFor,
  connect,
  statementTexts,
  textKey: (text) => normaliseStatement(text).digest,
  locate,
  serverLog,
  sessionsFromTitles: sessionsFromThreadNames,
  readPooler: readProxySql,
};
