import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandService, targetOf } from '../../src/config/index.js';
import { parseService } from '../../src/config/service-file.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'dbvitals-service-test-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (name: string, text: string) => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

describe('a service', () => {
  it('fills in what the connection string leaves open, and what the string says wins', async () => {
    const path = file(
      'user',
      '# ours\n[prod]\nhost=/var/run/pg\nport=5433\ndbname=shop\nuser=monitor\npassword=geheim = x\nsslmode=verify-full\nconnect_timeout=3\n',
    );
    const { url, password } = await expandService('postgresql:///?service=prod', [path]);
    expect(password).toBe('geheim = x');
    expect(url).not.toContain('geheim');
    expect(targetOf('p', url)).toMatchObject({
      host: '/var/run/pg',
      port: 5433,
      database: 'shop',
      user: 'monitor',
      tls: { mode: 'verify-full' },
    });
    const stated = await expandService('postgresql://me@db9:6000/other?service=prod&sslmode=disable', [path]);
    expect(targetOf('p', stated.url)).toMatchObject({
      host: 'db9',
      port: 6000,
      database: 'other',
      user: 'me',
      tls: { mode: 'disable' },
    });
  });

  it('is looked for in the named file only, else in the user’s before the system’s', async () => {
    const user = file('user', '[a]\nhost=user\n');
    const system = file('system', '[a]\nhost=system\n[b]\nhostaddr=10.0.0.7\n');
    const hostOf = async (text: string) =>
      targetOf('p', (await expandService(text, [user, join(directory, 'absent'), system])).url).host;
    expect(await hostOf('postgresql:///?service=a')).toBe('user');
    expect(await hostOf('postgresql:///?service=b')).toBe('10.0.0.7');
    expect(await hostOf(`postgresql:///?service=a&servicefile=${system}`)).toBe('system');
    await expect(hostOf(`postgresql:///?service=b&servicefile=${user}`)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      remedy: `add [b] to ${user}`,
    });
  });

  it('leaves a connection string without one alone', async () => {
    const text = 'postgresql://u:p@h/d';
    expect(await expandService(text, [])).toEqual({ url: text, password: null });
  });
});

describe('the file', () => {
  it.each([
    ['[a]\nhost=x\nnonsense\n', /f:3: no key=value/],
    ['[a]\nservice=b\n', /f:2: a service cannot name another one/],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseService(text, 'a', 'f')).toThrow(message);
  });

  it('takes the first entry of a name and the first value of a key, and passes over other entries', () => {
    const text = '[b]\nnonsense\n[a]\r\n  host=one\r\nhost=two\n\n[a]\nhost=three\n';
    expect(parseService(text, 'a', 'f')).toEqual(new Map([['host', 'one']]));
    expect(parseService(text, 'c', 'f')).toBeNull();
  });
});
