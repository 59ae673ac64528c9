import { chmodSync, readFileSync, statSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  addInstance,
  loadConfig,
  parseConnectionString,
  parseDuration,
  parseSize,
  parseTime,
  removeInstance,
  splitSecret,
  targetOf,
} from '../../src/config/index.js';
import { usePrivateFile } from './private-file.js';

const { path: pathOf, write } = usePrivateFile();
let path = '';
beforeEach(() => {
  path = pathOf();
});

describe('the file', () => {
  it('is empty when it is not there', async () => {
    expect(await loadConfig(path)).toEqual({ instances: [] });
  });

  it('is private, and keeps the comments of its owner', async () => {
    write('# mine\ndataDir: /srv/x # here\n');
    await addInstance(path, { name: 'prod', url: 'postgresql://m@db1/postgres', password: { vault: true } });
    await addInstance(path, { name: 'test', url: 'postgresql://m@db2/postgres' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).toMatch(/# mine\ndataDir: \/srv\/x # here/);
    expect((await loadConfig(path)).instances.map(({ name }) => name)).toEqual(['prod', 'test']);
    await expect(addInstance(path, { name: 'prod', url: 'postgresql://m@db3/x' })).rejects.toMatchObject({
      code: 'INSTANCE_EXISTS',
    });
    await removeInstance(path, 'prod');
    expect((await loadConfig(path)).instances.map(({ name }) => name)).toEqual(['test']);
    await expect(removeInstance(path, 'prod')).rejects.toMatchObject({ code: 'INSTANCE_UNKNOWN' });
  });

  it('names every problem with its line', async () => {
    write('budgetPercent: much\ninstances:\n  - name: "no good"\n    url: nonsense\n    colour: red\n');
    const error = (await loadConfig(path).catch((each: unknown) => each)) as Error & { code: string };
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(`${path}:1:`);
    expect(error.message).toMatch(/:3:.*name/);
    expect(error.message).toMatch(/:4:.*url/);
    expect(error.message).toMatch(/colour/);
  });

  it.each(['a: [', 'a: *nowhere', '\t- x'])('broken YAML: %s', async (text) => {
    write(text);
    await expect(loadConfig(path)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a literal password without repeating it, and a file that others can read', async () => {
    for (const line of [
      '    url: postgresql://m:hunter2@db1/x',
      '    url: postgresql://m@db1/x\n    password: hunter2',
    ]) {
      write(`instances:\n  - name: prod\n${line}\n`);
      const error = (await loadConfig(path).catch((each: unknown) => each)) as Error;
      expect(error).toMatchObject({
        code: 'CONFIG_SECRET',
        remedy: expect.stringContaining('dbvitals add prod'),
      });
      expect(inspect(error)).not.toContain('hunter2');
    }
    chmodSync(path, 0o644);
    await expect(loadConfig(path)).rejects.toMatchObject({
      code: 'CONFIG_PERMISSIONS',
      remedy: `chmod 600 ${path}`,
    });
  });
});

describe('connection strings', () => {
  it.each([
    [
      'postgresql://u@h:5433/db?sslmode=verify-full&sslrootcert=/ca',
      { engine: 'postgresql', host: 'h', port: 5433, database: 'db', user: 'u', password: null },
    ],
    ['postgres://u:p%40%3A%2F@[::1]/db', { host: '::1', password: 'p@:/', port: null }],
    ['postgresql:///db?host=/run/pg&user=u', { host: '/run/pg', database: 'db', user: 'u' }],
  ])('%s', (text, expected) => {
    expect(parseConnectionString(text)).toMatchObject(expected);
  });

  it('never repeats a password, wherever it stood', () => {
    const password = fc.string({ minLength: 8, maxLength: 30 }).map((text) => `Zq${text}qZ`);
    fc.assert(
      fc.property(password, fc.constantFrom('postgresql', 'nonsense'), (secret, scheme) => {
        let encoded: string;
        try {
          encoded = encodeURIComponent(secret);
        } catch {
          return;
        }
        const text = `${scheme}://u:${encoded}@h/db`;
        try {
          const { url, password: found } = splitSecret(text);
          expect(found).toBe(secret);
          expect(url).not.toContain(encoded);
          expect(inspect(targetOf('x', text), { depth: 9 })).not.toContain(secret);
        } catch (error) {
          if ((error as { code?: string }).code !== 'USAGE') throw error;
          expect(inspect(error)).not.toContain(secret);
          expect(inspect(error)).not.toContain(encoded);
        }
      }),
    );
  });
});

describe('units', () => {
  it('durations, sizes, times', () => {
    expect(['500ms', '30s', '15m', '1h', '7d'].map(parseDuration)).toEqual([
      500, 30_000, 900_000, 3_600_000, 604_800_000,
    ]);
    expect(['10b', '1KB', '4GB'].map(parseSize)).toEqual([10, 1024, 4 * 1024 ** 3]);
    expect(parseTime('1h', 5_000_000)).toBe(1_400_000);
    expect(parseTime('2026-01-31T10:00:00Z', 0)).toBe(Date.UTC(2026, 0, 31, 10));
    for (const nonsense of ['', '5', 'soon', '-1h'])
      expect(() => parseDuration(nonsense)).toThrow(/duration/);
  });
});
