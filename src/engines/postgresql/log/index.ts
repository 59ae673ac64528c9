import type { ServerLog } from '../../../core/server-log.js';
import { locateLog } from './locate.js';
import { parseLog } from './parse.js';

export const serverLog: ServerLog = {
  locate: locateLog,
  parse: parseLog,
  without: 'deadlocks are counted, who took part is not told',
};
