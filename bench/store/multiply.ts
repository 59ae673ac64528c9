import { mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { MERGED_FORMAT } from '../../src/store/merge.js';
import { type StoredTable, TABLES } from '../../src/store/schema.js';
import { hourOf, listSegments, liveSegments, segmentPath } from '../../src/store/segments.js';
import { query } from './query.js';

const TIMES: Partial<Record<StoredTable, readonly string[]>> = {
  session_samples: ['at_ms'],
  instance_ticks: ['at_ms'],
  host_samples: ['at_ms'],
  instance_counters: ['at_ms'],
  statement_usage: ['from_ms', 'to_ms'],
  statement_counters: ['from_ms', 'to_ms'],
};

/**
 * Turns the recorded minutes into the last hour with as many sessions as asked for: every row again, shifted in time,
 * and session samples again as other sessions. Returns the number of session samples.
 */
export async function multiply(directory: string, seconds: number, sessions: number): Promise<number> {
  const files = (table: StoredTable) =>
    JSON.stringify(liveSegments(listSegments(directory, table)).map(({ path }) => path)).replaceAll('"', "'");
  const [span] = await query<{ first: bigint; last: bigint; active: number }>(
    `SELECT min(at_ms) AS first, max(at_ms) AS last, (count(*) / count(DISTINCT at_ms))::INTEGER AS active
     FROM read_parquet(${files('session_samples')})`,
  );
  if (span === undefined) throw new Error('nothing was recorded');
  const lengthMs = Number(span.last - span.first) + 1_000;
  const repeats = Math.ceil((seconds * 1000) / lengthMs);
  const shift = Date.now() - Number(span.last) - 1_000;
  for (const table of TABLES) {
    const columns = TIMES[table];
    const live = liveSegments(listSegments(directory, table));
    if (columns === undefined || live.length === 0) continue;
    const moved = columns.map((column) => `${column} + ${shift} - r.i * ${lengthMs} AS ${column}`).join(', ');
    const copies = table === 'session_samples' ? Math.ceil(sessions / span.active) : 1;
    const other = table === 'session_samples' ? `, session_id || c.i AS session_id` : '';
    const path = segmentPath(directory, table, hourOf(Date.now()), 0, 1_000_000_000);
    mkdirSync(dirname(path), { recursive: true });
    await query(`COPY (SELECT t.* REPLACE (${moved}${other}) FROM read_parquet(${files(table)}) AS t,
      range(${repeats}) AS r(i), range(${copies}) AS c(i))
      TO '${path}.tmp' (${MERGED_FORMAT})`);
    renameSync(`${path}.tmp`, path);
  }
  const [{ n } = { n: 0 }] = await query<{ n: number }>(
    `SELECT count(*)::INTEGER AS n FROM read_parquet(${files('session_samples')})`,
  );
  return n;
}
