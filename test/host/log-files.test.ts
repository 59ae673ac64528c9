import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LogPosition } from '../../src/core/host.js';
import { logFiles } from '../../src/host/log-files.js';

const files = logFiles('/proc');
let directory = '';
let path = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-log-test-'));
  path = join(directory, 'server.log');
  writeFileSync(path, 'old\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const end = () => files.readAppended(path, null, 100)?.position as LogPosition;

it('reads what was appended, whole lines only', () => {
  const start = end();
  appendFileSync(path, 'one\nzw');
  const first = files.readAppended(path, start, 100);
  expect(first).toMatchObject({ text: 'one\n', skippedBytes: 0 });
  appendFileSync(path, Buffer.from('ölf\n', 'utf8'));
  expect(files.readAppended(path, first?.position ?? start, 100)?.text).toBe('zwölf\n');
});

it('begins anew with a file that was replaced or cut', () => {
  const start = end();
  renameSync(path, join(directory, 'server.log.1'));
  writeFileSync(path, 'new\n');
  const next = files.readAppended(path, start, 100);
  expect(next?.text).toBe('new\n');
  truncateSync(path, 0);
  appendFileSync(path, 'x\n');
  expect(files.readAppended(path, next?.position ?? start, 100)?.text).toBe('x\n');
});

it('skips to the end of more than it may read, and says how much', () => {
  const start = end();
  appendFileSync(path, `${'a'.repeat(1_000)}\nlast\n`);
  expect(files.readAppended(path, start, 20)).toMatchObject({
    text: `${'a'.repeat(14)}\nlast\n`,
    skippedBytes: 986,
  });
});

it('knows the newest file, and what may not be read', () => {
  writeFileSync(join(directory, 'a.csv'), '');
  expect(files.newest(directory, '.csv')).toBe(join(directory, 'a.csv'));
  expect(files.newest(join(directory, 'none'), '.csv')).toBeNull();
  expect(files.readText(join(directory, 'none'))).toBeNull();
  expect(files.readAppended(join(directory, 'none'), null, 1)).toBeNull();
  expect(files.standardErrorOf(0)).toBeNull();
});
