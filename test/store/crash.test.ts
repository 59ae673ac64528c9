import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStoreReader } from '../../src/store/index.js';
import { mergeSegments } from '../../src/store/merge.js';
import { hourOf } from '../../src/store/segments.js';

const ROUNDS = 100;
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
  it(`at ${ROUNDS} random moments: nothing corrupt, nothing doubled, nothing acknowledged lost, readers never hindered`, async () => {
    const readers = await Promise.all(Array.from({ length: 10 }, () => openStoreReader({ directory })));
    const window = { fromMs: Date.now() - 60_000, toMs: Date.now() + 600_000 };
    const acknowledged: string[] = [];
    let reading = true;
    let answers = 0;
    const polling = readers.map(async (reader) => {
      while (reading) {
        await reader.events(window);
        answers += 1;
      }
    });
    for (let round = 0; round < ROUNDS; round += 1) {
      acknowledged.push(...(await writeUntilKilled(round, Math.random() * 60)));
      if (round % 20 === 10) await mergeSegments(directory, hourOf(Date.now()), Date.now(), 0);
    }
    reading = false;
    await Promise.all(polling);
    const [reader] = readers as [(typeof readers)[number]];
    const stored = (await reader.events(window)).map(({ message }) => message);
    expect(new Set(stored).size).toBe(stored.length);
    // A row written but killed before it was acknowledged may be there; one acknowledged must be.
    expect(acknowledged.filter((row) => !stored.includes(row))).toEqual([]);
    expect(stored.length).toBeLessThanOrEqual(acknowledged.length + ROUNDS);
    expect((await reader.info()).corruptFiles).toEqual([]);
    expect(answers).toBeGreaterThan(10);
    await Promise.all(readers.map((each) => each.close()));
  }, 180_000);
});

/** The rows acknowledged before the kill. */
async function writeUntilKilled(round: number, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, directory, String(round)], {
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
