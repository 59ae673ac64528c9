import type { Engine } from '../../core/engine.js';
import { connect } from './connect.js';
import { locate } from './locate.js';
import { relationNames } from './locks/names.js';
import { serverLog } from './log/index.js';
import { readPgBouncer } from './pgbouncer.js';
import { counters } from './probes/counters.js';
import { ioInFlight } from './probes/io-in-flight.js';
import { locks, watch } from './probes/locks.js';
import { longTransactions } from './probes/long-transactions.js';
import { names } from './probes/names.js';
import { relationUse } from './probes/relation-use.js';
import { sessionReads } from './probes/session-reads.js';
import { sessions } from './probes/sessions.js';
import { statements } from './probes/statements.js';
import { temp } from './probes/temp.js';
import { queriesFor } from './select.js';
import { statementTexts, textKey } from './texts.js';
import { sessionsFromTitles } from './titles.js';

/** PostgreSQL 12 to 18. */
export const postgresql: Engine = {
  name: 'postgresql',
  defaultPort: 5432,
  sessionsAre: 'processes',
  probes: [
    sessions,
    temp,
    ioInFlight,
    locks,
    watch,
    names,
    sessionReads,
    ...counters,
    longTransactions,
    statements,
    relationUse,
  ],
  queriesFor,
  connect,
  statementTexts,
  textKey,
  relationNames,
  locate,
  serverLog,
  sessionsFromTitles,
  readPooler: readPgBouncer,
};
