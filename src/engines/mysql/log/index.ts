import type { ServerLog } from '../../../core/server-log.js';
import { locateLog } from './locate.js';
import { parseLog } from './parse.js';

export const serverLog: ServerLog = {
  locate: locateLog,
  parse: (text, _format, atMs, facts) => parseLog(text, atMs, facts),
  without: 'of several deadlocks within ten seconds only the last one is described',
};
