import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/core/logger.js';
import { systemClock } from '../../src/core/system-clock.js';
import { openStoreReader, openStoreWriter, type StoreWriter } from '../../src/store/index.js';
import { mergeSegments } from '../../src/store/merge.js';
import { evict } from '../../src/store/retention.js';
import { hourOf, liveSegments, type Segment } from '../../src/store/segments.js';
import { eventAt, sampleAt, tickAt, usageAt } from './rows.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-store-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const open = (more = {}): Promise<StoreWriter> =>
  openStoreWriter({ directory, clock: systemClock, logger: silentLogger, compact: false, ...more });
const now = () => ({ fromMs: Date.now() - 3_600_000, toMs: Date.now() + 1_000 });

describe('what is written is what is read', () => {
  it('sessions with their constants, unknowns and hostile texts; texts; sums; events', async () => {
    await using writer = await open();
    const at = Date.now();
    const hostile = "O'Brien\u0000\u001b[31m ünïcode \u{1F600}";
    writer.append('statements', [
      {
        statementId: 's1',
        instance: 'x',
        digest: 'd',
        canonicalDigest: 'd',
        text: hostile,
        command: 'SELECT',
        source: 'sampled',
        truncated: false,
      },
    ]);
    writer.append('session_samples', [sampleAt(at - 1000, '7', hostile), sampleAt(at, '7', hostile)]);
    writer.append('statement_usage', [
      usageAt(at - 10_000, at, 's1', 5e9),
      usageAt(at - 20_000, at - 10_000, 's1', 3e9),
    ]);
    writer.append('instance_ticks', [tickAt(at - 1000), tickAt(at)]);
    writer.append('events', [eventAt(at, hostile)]);
    await writer.flush();
    await using reader = await openStoreReader({ directory });
    const [session, ...others] = await reader.sessions('x', now(), {});
    expect(others).toEqual([]);
    expect(session).toMatchObject({
      atMs: at,
      statementId: 's1',
      row: {
        id: '7',
        user: hostile,
        database: 'shop',
        clientPort: null,
        blockedBy: ['8', '9'],
        statementStartedAtMs: at - 250,
        tempBytes: null,
      },
      cost: { cpuNs: 1_234_000, runQueueNs: null, readBytes: 8192, anonBytes: null, elapsedMs: 1000 },
      client: { pid: 99, command: 'node', container: null },
    });
    const [usage, ...more] = await reader.usage('x', now(), {});
    expect(more).toEqual([]);
    expect(usage).toMatchObject({
      statementId: 's1',
      cpuNs: 8e9,
      readBytes: null,
      samples: 2,
      waitMs: { lockRow: 20 },
      cpuErrorNs: Math.hypot(4, 4),
    });
    expect(usage?.durations[3]).toBe(2);
    expect((await reader.texts(['s1', 'none'])).get('s1')?.text).toBe(hostile);
    expect(await reader.ticks('x', now())).toMatchObject({
      ticks: 2,
      missedTicks: 2,
      cpuNs: 2e9,
      monitorServerCpuNs: null,
    });
    expect(await reader.instances()).toEqual(['x']);
    expect((await reader.events(now()))[0]?.message).toBe(hostile);
    expect(await reader.usage('x', now(), { user: 'nobody' })).toEqual([]);
  });
});

describe('which files count', () => {
  it('follows from their names: merging at any moment changes no answer', async () => {
    await using writer = await open();
    for (let flush = 0; flush < 30; flush += 1) {
      writer.append('instance_ticks', [tickAt(Date.now())]);
      await writer.flush();
    }
    await using reader = await openStoreReader({ directory });
    expect((await reader.ticks('x', now())).ticks).toBe(30);
    expect(await mergeSegments(directory, hourOf(Date.now()), Date.now())).toBe(30);
    expect((await reader.ticks('x', now())).ticks).toBe(30);
    const files = () => readdirSync(join(directory, 'instance_ticks', hourOf(Date.now()))).length;
    expect(files()).toBe(31);
    await mergeSegments(directory, hourOf(Date.now()), Date.now() + 120_000);
    expect(files()).toBe(1);
    expect((await reader.ticks('x', now())).ticks).toBe(30);
  });

  it('a row is merged once while its hour runs, and once when it is over', async () => {
    await using writer = await open();
    const hour = hourOf(Date.now());
    const flush = async () => {
      for (let flushed = 0; flushed < 25; flushed += 1) {
        writer.append('instance_ticks', [tickAt(Date.now())]);
        await writer.flush();
      }
    };
    await flush();
    expect(await mergeSegments(directory, hour, Date.now(), 0)).toBe(25);
    await flush();
    expect(await mergeSegments(directory, hour, Date.now(), 0)).toBe(25);
    const later = Date.now() + 7_200_000;
    expect(await mergeSegments(directory, hourOf(later), later, 0)).toBe(2);
    await mergeSegments(directory, hourOf(later), later, 0);
    expect(readdirSync(join(directory, 'instance_ticks', hour))).toHaveLength(1);
    await using reader = await openStoreReader({ directory });
    expect((await reader.ticks('x', now())).ticks).toBe(50);
  });

  it('no number is lost or doubled, whatever was merged and deleted in whatever order', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.tuple(fc.nat(29), fc.nat(29)), { maxLength: 12 }),
        (count, merges) => {
          let files: Segment[] = Array.from({ length: count }, (_, i) => ({
            table: 'events',
            hour: 'h',
            from: i,
            to: i,
            path: String(i),
          }));
          for (const [a, b] of merges) {
            const live = liveSegments(files);
            const [low, high] = [Math.min(a, b), Math.max(a, b)];
            const inputs = live.slice(low % live.length, (high % live.length) + 1);
            if (inputs.length < 2) continue;
            const from = (inputs[0] as Segment).from;
            const to = (inputs.at(-1) as Segment).to;
            files.push({ table: 'events', hour: 'h', from, to, path: `${from}-${to}` });
            // Some inputs are deleted before the next crash, some after.
            files = files.filter((file, index) => index % 2 === 0 || !inputs.includes(file));
          }
          const covered = liveSegments(files).flatMap(({ from, to }) =>
            Array.from({ length: to - from + 1 }, (_, i) => from + i),
          );
          expect(covered).toEqual(Array.from({ length: count }, (_, i) => i));
        },
      ),
    );
  });

  it('a clock that steps back an hour hides nothing', async () => {
    let shiftMs = 0;
    const clock = { ...systemClock, nowMs: () => Date.now() - shiftMs };
    await using writer = await open({ clock });
    for (const shift of [0, 3_600_000, 0]) {
      shiftMs = shift;
      writer.append('instance_ticks', [tickAt(Date.now() - shift)]);
      await writer.flush();
    }
    await mergeSegments(directory, '9', Date.now() + 1e9, 0);
    await using reader = await openStoreReader({ directory });
    expect((await reader.ticks('x', { fromMs: Date.now() - 7_200_000, toMs: Date.now() + 1000 })).ticks).toBe(
      3,
    );
  });
});

describe('bad days', () => {
  it('two collectors: the second is refused and told who is first; a dead owner is no owner', async () => {
    const first = await open();
    await expect(open()).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining(String(process.pid)),
    });
    await first.close();
    writeFileSync(join(directory, 'collector.lock'), `${process.pid} 1`);
    await (await open()).close();
  });

  it('a damaged file is left out, named, and harms no other', async () => {
    await using writer = await open();
    for (let flush = 0; flush < 3; flush += 1) {
      writer.append('instance_ticks', [tickAt(Date.now())]);
      await writer.flush();
    }
    const hour = join(directory, 'instance_ticks', hourOf(Date.now()));
    const [victim = ''] = readdirSync(hour).sort();
    writeFileSync(join(hour, victim), 'PAR1 this is no parquet file PAR1');
    await using reader = await openStoreReader({ directory });
    expect((await reader.ticks('x', now())).ticks).toBe(2);
    expect((await reader.info()).corruptFiles).toEqual([join(hour, victim)]);
  });

  it('a directory that cannot be written keeps rows in memory, and writes them when it can again', async () => {
    await using writer = await open();
    const blocked = join(directory, 'instance_ticks');
    writeFileSync(blocked, 'not a directory');
    writer.append('instance_ticks', [tickAt(Date.now())]);
    await writer.flush();
    rmSync(blocked);
    writer.append('instance_ticks', [tickAt(Date.now())]);
    await writer.flush();
    await using reader = await openStoreReader({ directory });
    expect((await reader.ticks('x', now())).ticks).toBe(2);
  });

  it('retention removes whole hours by age, and the oldest by bytes', async () => {
    let shiftMs = 0;
    const clock = { ...systemClock, nowMs: () => Date.now() - shiftMs };
    await using writer = await open({ clock });
    for (const hoursAgo of [10, 3, 2, 0]) {
      shiftMs = hoursAgo * 3_600_000;
      writer.append('events', [eventAt(clock.nowMs(), 'x')]);
      await writer.flush();
    }
    expect(evict(directory, Date.now(), 5 * 3_600_000, 1e9)).toHaveLength(1);
    expect(evict(directory, Date.now(), 5 * 3_600_000, 1)).toHaveLength(2);
    expect(readdirSync(join(directory, 'events'))).toEqual([hourOf(Date.now())]);
  });
});

describe('SQL of the user', () => {
  it('reads the views, and nothing else', async () => {
    await using writer = await open();
    writer.append('instance_ticks', [tickAt(Date.now())]);
    await writer.flush();
    await using reader = await openStoreReader({ directory });
    for (const text of ['DROP VIEW events', "COPY events TO '/tmp/x'", 'ATTACH ":memory:"']) {
      await expect(reader.sql(text)).rejects.toMatchObject({ code: 'STORE_SQL' });
    }
    expect(await reader.sql('SELECT instance, count(*) AS n FROM instance_ticks GROUP BY 1')).toEqual([
      { instance: 'x', n: 1n },
    ]);
    await expect(reader.sql("SELECT * FROM read_text('/etc/passwd')")).rejects.toMatchObject({
      code: 'STORE_SQL',
    });
    await expect(reader.sql('SELECT nonsense')).rejects.toMatchObject({ code: 'STORE_SQL' });
  });
});
