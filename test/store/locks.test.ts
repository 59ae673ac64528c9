import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/core/logger.js';
import type { SampleReader } from '../../src/core/reader.js';
import type { SampleSink } from '../../src/core/samples.js';
import { systemClock } from '../../src/core/system-clock.js';
import { openStoreReader, openStoreWriter } from '../../src/store/index.js';
import { MemoryStore } from '../../src/store/memory/index.js';
import { edge, observed, reading, session } from '../analysis/locks/readings.js';
import { sampleAt } from './rows.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-lock-store-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const BASE_MS = Date.now() - 60_000;
const window = { fromMs: BASE_MS - 60_000, toMs: BASE_MS + 60_000 };
/** The readings of the builders, moved to times that retention keeps. */
const moved = (afterMs: number, edges: Parameters<typeof reading>[1]) => {
  const made = reading(afterMs, edges, {
    sessions: [session('1', { rowsModified: 3, rowsLocked: 9, xminAge: 7, application: 'a,"b' })],
  });
  return { ...made, atMs: BASE_MS + afterMs };
};

async function filled(sink: SampleSink) {
  const found = observed([
    moved(0, [edge('2', '1', 900, { behindId: '7' })]),
    moved(1_200, [edge('2', '1', 900)]),
    moved(12_000, [edge('2', '1', 900)]),
  ]);
  sink.append('lock_edges', found.edges);
  sink.append('lock_sessions', found.sessions);
  sink.append('lock_episodes', found.episodes);
  sink.append('session_samples', [sampleAt(BASE_MS, '2', 'app'), sampleAt(BASE_MS + 1_000, '2', 'app')]);
  const counter = { instance: 'x', object: '', kind: 'gauge', elapsedMs: 0 } as const;
  sink.append('instance_counters', [
    { ...counter, atMs: BASE_MS, name: 'locks.used', value: 7 },
    { ...counter, atMs: BASE_MS, name: 'other', value: 1 },
  ]);
  await sink.flush();
  return found;
}

async function check(reader: SampleReader, found: Awaited<ReturnType<typeof filled>>) {
  expect(await reader.lockEdges('db', window)).toEqual(found.edges);
  expect(await reader.lockSessions('db', window)).toEqual(found.sessions);
  expect(found.episodes.length).toBeGreaterThan(1);
  expect(await reader.lockEpisodes('db', window)).toEqual([found.episodes.at(-1)]);
  expect(await reader.lockEdges('another', window)).toEqual([]);
  expect(await reader.lockEdges('db', { fromMs: BASE_MS + 1, toMs: BASE_MS + 5_000 })).toHaveLength(1);
  expect(await reader.waits('x', window)).toEqual([{ waitClass: 'lockRow', waitEvent: 'tuple', samples: 2 }]);
  expect((await reader.instanceCounters('x', window, ['locks.used'])).map(({ value }) => value)).toEqual([7]);
  expect(await reader.instanceCounters('x', window, [])).toEqual([]);
}

describe('what is kept of locks comes back as it was', () => {
  it('from files', async () => {
    await using writer = await openStoreWriter({
      directory,
      clock: systemClock,
      logger: silentLogger,
      compact: false,
    });
    const found = await filled(writer);
    await using reader = await openStoreReader({ directory });
    await check(reader, found);
  });

  it('from memory', async () => {
    await using store = new MemoryStore({ keepMs: 3_600_000, maxRows: 1_000 });
    await check(store, await filled(store));
  });
});
