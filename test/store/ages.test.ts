import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/core/logger.js';
import { systemClock } from '../../src/core/system-clock.js';
import { openStoreReader, openStoreWriter } from '../../src/store/index.js';
import { mergeSegments } from '../../src/store/merge.js';
import { hourOf } from '../../src/store/segments.js';
import { sampleAt } from './rows.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-ages-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('ages of a sample, stored as differences', () => {
  it('are what they were, whichever is unknown, before a merge and after it', async () => {
    await using writer = await openStoreWriter({
      directory,
      clock: systemClock,
      logger: silentLogger,
      compact: false,
    });
    const at = Date.now();
    const ages = [null, 0, 1, 250, 2 ** 31 - 1];
    const samples = ages.flatMap((statement) =>
      ages.flatMap((transaction) =>
        ages.map((state) => {
          const sample = sampleAt(at, `${statement}/${transaction}/${state}`, 'app');
          const since = (age: number | null) => (age === null ? null : at - age);
          return {
            ...sample,
            row: {
              ...sample.row,
              statementStartedAtMs: since(statement),
              transactionStartedAtMs: since(transaction),
              stateChangedAtMs: since(state),
            },
          };
        }),
      ),
    );
    for (let flush = 0; flush < 2; flush += 1) {
      writer.append('session_samples', samples);
      await writer.flush();
    }
    await using reader = await openStoreReader({ directory });
    const answers = async () => {
      const read = await reader.sql(
        'SELECT DISTINCT session_id, statement_age_ms, transaction_age_ms, state_age_ms FROM session_samples ORDER BY 1',
      );
      return read.map((row) => Object.values(row).join());
    };
    const age = (sinceMs: number | null) => (sinceMs === null ? '' : String(at - sinceMs));
    const expected = samples
      .map(({ sessionId, row }) =>
        [
          sessionId,
          age(row.statementStartedAtMs),
          age(row.transactionStartedAtMs),
          age(row.stateChangedAtMs),
        ].join(),
      )
      .sort();
    expect((await answers()).sort()).toEqual(expected);
    const later = Date.now() + 2 * 3_600_000;
    expect(await mergeSegments(directory, hourOf(later), later)).toBeGreaterThan(0);
    expect((await answers()).sort()).toEqual(expected);
    const session = (await reader.sessions('x', { fromMs: at - 1_000, toMs: at + 1_000 }, {})).find(
      ({ sessionId }) => sessionId === 'session-250/1/0',
    );
    expect(session?.row).toMatchObject({
      statementStartedAtMs: at - 250,
      transactionStartedAtMs: at - 1,
      stateChangedAtMs: at,
    });
    const columns = (name: string) => reader.sql(`DESCRIBE ${name}`);
    expect((await columns('session_samples')).map(({ column_name }) => column_name)).not.toContain(
      'state_to_statement_ms',
    );
  });
});
