import { statSync } from 'node:fs';
import { SCHEMA } from '../../src/store/schema.js';
import { listSegments, liveSegments } from '../../src/store/segments.js';
import { query } from './query.js';

export interface SampleSize {
  readonly rows: number;
  readonly columns: number;
  readonly bytesPerSample: number;
  readonly bytesPerValue: number;
}

/** Of all files of session samples that count. */
export async function sampleSize(directory: string): Promise<SampleSize> {
  const files = liveSegments(listSegments(directory, 'session_samples')).map(({ path }) => path);
  const bytes = files.reduce((sum, path) => sum + statSync(path).size, 0);
  const [{ n } = { n: 0 }] = await query<{ n: number }>(
    `SELECT count(*)::INTEGER AS n FROM read_parquet(${JSON.stringify(files).replaceAll('"', "'")})`,
  );
  const columns = SCHEMA.session_samples.length;
  return {
    rows: n,
    columns,
    bytesPerSample: Number((bytes / n).toFixed(2)),
    bytesPerValue: Number((bytes / n / columns).toFixed(3)),
  };
}
