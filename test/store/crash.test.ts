import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStoreReader } from '../../src/store/index.js';
import { mergeSegments } from '../../src/store/merge.js';
import { hourOf } from '../../src/store/segments.js';

/** Collectors that live beside each other, each in a directory of its own, and how often each is killed. */
const LANES = 4;
const ROUNDS = 25;
const READERS = 10;
/** Writes one row, flushes, says its number, again: what was said must be there after kill -9. */
const WRITER = `
  const { openStoreWriter } = await import(${JSON.stringify(resolve(import.meta.dirname, '../../dist/store/index.js'))});
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now(), sleep: async () => {} };
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const writer = await openStoreWriter({ directory: process.argv[1], clock, logger: silent, compact: false });
  for (let n = 0; ; n += 1) {
    writer.append('events', [{ atMs: Date.now(), instance: null, code: 'N', severity: 'info', message: process.argv[2] + '/' + n }]);
    await writer.flush();
    process.stdout.write(process.argv[2] + '/' + n + '\\n');
  }
`;

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-crash-test-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('kill -9 of the collector', () => {
  it(`at ${LANES * ROUNDS} random moments: nothing corrupt, nothing doubled, nothing acknowledged lost, readers never hindered`, async () => {
    const lanes = Array.from({ length: LANES }, (_, lane) => join(directory, String(lane)));
    let reading = true;
    let answers = 0;
    const polling = Array.from({ length: READERS }, async (_, n) => {
      await using reader = await openStoreReader({ directory: lanes[n % LANES] as string });
      while (reading) {
        await reader.events(window());
        answers += 1;
        // Readers that never rest would leave the collectors no CPU to be killed on.
        await sleep(50);
      }
    });
    const acknowledged = await Promise.all(lanes.map(killOften));
    reading = false;
    await Promise.all(polling);
    for (const [lane, rows] of acknowledged.entries()) {
      await using reader = await openStoreReader({ directory: lanes[lane] as string });
      const stored = (await reader.events(window())).map(({ message }) => message);
      expect(new Set(stored).size).toBe(stored.length);
      // A row written but killed before it was acknowledged may be there; one acknowledged must be.
      expect(rows.filter((row) => !stored.includes(row))).toEqual([]);
      expect(stored.length).toBeLessThanOrEqual(rows.length + ROUNDS);
      expect((await reader.info()).corruptFiles).toEqual([]);
    }
    expect(answers).toBeGreaterThan(READERS);
    // A collector starts in half a second; in ten where the machine has no CPU free.
  }, 1_800_000);
});

const window = () => ({ fromMs: Date.now() - 7_200_000, toMs: Date.now() + 7_200_000 });

/** All rows that its collectors acknowledged; files are merged meanwhile. */
async function killOften(lane: string): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    acknowledged.push(...(await writeUntilKilled(lane, round, Math.random() * 60)));
    if (round % 10 === 5) await mergeSegments(lane, hourOf(Date.now()), Date.now(), 0);
  }
  return acknowledged;
}

/** The rows acknowledged before the kill. */
async function writeUntilKilled(lane: string, round: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, lane, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (output === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    output += chunk.toString();
  });
  await once(child, 'close');
  const rows = output.split('\n').slice(0, -1);
  expect(rows.length).toBeGreaterThan(0);
  return rows;
}
