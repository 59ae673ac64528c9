import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/core/system-clock.js';
import { openStoreReader, openStoreWriter } from '../../src/store/index.js';
import { describeNeeding } from '../needs.js';
import { eventAt } from './rows.js';

/** A real small file system: root and a kernel that lets it mount are needed. */
const mounted = mkdtempSync(join(tmpdir(), 'dbvitals-full-probe-'));
const canMount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', mounted]).status === 0;
if (canMount) execFileSync('umount', [mounted]);
rmSync(mounted, { recursive: true });

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-full-test-'));
  if (canMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory]);
});
afterEach(() => {
  if (canMount) execFileSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
});

const fill = () => {
  try {
    writeFileSync(join(directory, 'filler'), Buffer.alloc(4 << 20));
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
};
const window = () => ({ fromMs: Date.now() - 60_000, toMs: Date.now() + 60_000 });

describeNeeding(canMount ? null : 'this user may not mount a tmpfs', 'a full disk', () => {
  it('keeps the newest rows in memory, counts what it drops, leaves no half file, and goes on when there is room', async () => {
    const logged: Record<string, unknown>[] = [];
    const lost = new Map<string, number>();
    const silent = () => {};
    const logger = {
      debug: silent,
      info: silent,
      warn: silent,
      error: (fields: Readonly<Record<string, unknown>>) => logged.push(fields),
    };
    const writer = await openStoreWriter({
      directory,
      clock: systemClock,
      logger,
      compact: false,
      mostWaitingRows: 100,
      onLoss: (table, rows) => lost.set(table, rows),
    });
    const append = (from: number, to: number) => {
      for (let n = from; n < to; n += 1) writer.append('events', [eventAt(Date.now(), `row ${n}`)]);
    };
    append(0, 10);
    await writer.flush();
    fill();
    append(10, 40);
    await writer.flush();
    expect(logged[0]).toMatchObject({ code: 'STORE_FULL', table: 'events', rows: 30 });
    expect(lost.size).toBe(0);
    append(40, 160);
    await writer.flush();
    // 150 rows wait for a place of 100: the oldest fifty go.
    expect(lost.get('events')).toBe(50);
    expect(
      (readdirSync(directory, { recursive: true }) as string[]).filter((name) => name.endsWith('.tmp')),
    ).toEqual([]);

    await using reader = await openStoreReader({ directory });
    expect(await reader.events(window())).toHaveLength(10);
    rmSync(join(directory, 'filler'));
    await writer.flush();
    const stored = (await reader.events(window())).map(({ message }) => message);
    expect(stored).toHaveLength(110);
    expect(stored).toEqual(expect.arrayContaining(['row 0', 'row 9', 'row 60', 'row 159']));
    expect((await reader.info()).corruptFiles).toEqual([]);

    fill();
    append(160, 165);
    await writer.close();
    expect(lost.get('events')).toBe(55);
  });

  it('is told to who starts a collector on it', async () => {
    fill();
    await expect(
      openStoreWriter({
        directory,
        clock: systemClock,
        logger: { debug() {}, info() {}, warn() {}, error() {} },
      }),
    ).rejects.toMatchObject({
      code: 'STORE_FULL',
      exitCode: 70,
      remedy: expect.stringContaining('free space'),
    });
  });
});
