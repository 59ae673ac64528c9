import type { Probe } from '../../../core/probe.js';
import { queryFor } from '../select.js';

/** Bytes of temporary files open now, by session. Files of parallel hash joins lie in folders and are not seen. */
export const temp: Probe = {
  name: 'temp',
  lane: 'tick',
  select(facts) {
    const limit = facts.capabilities.find(({ capability }) => capability === 'temp.live');
    if (limit !== undefined && !limit.available)
      return { unavailable: limit.reason ?? '', remedy: limit.remedy };
    return queryFor('temp', facts);
  },
  toRecords: (rows) => ({ tempBytes: new Map(rows.map(({ pid, bytes }) => [String(pid), Number(bytes)])) }),
};
