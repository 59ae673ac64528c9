import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../src/credentials/index.js';
import { matchPgpass } from '../../src/credentials/pgpass.js';
import { redactSecrets } from '../../src/credentials/redact.js';

const SECRET = 'hunter2-pä$$"wörd';
const key = { host: 'db1', port: 5432, database: 'postgres', user: 'monitor' };
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dbvitals-cred-test-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = (passphrase: string | null = null, env: Record<string, string> = {}) =>
  new Credentials({
    vaultPath: join(home, 'vault.age'),
    identityPath: join(home, 'vault.key'),
    passphrase: async () => passphrase,
    env,
    home,
  });

describe('the vault', () => {
  it('keeps a password for the next process, sealed, and private to its owner', async () => {
    await open().store('prod', SECRET);
    expect(await open().passwordFor({ name: 'prod', source: { vault: true }, key })).toBe(SECRET);
    for (const name of ['vault.age', 'vault.key'])
      expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'vault.age')).includes(SECRET)).toBe(false);
    await open().remove('prod');
    await expect(open().passwordFor({ name: 'prod', source: { vault: true }, key })).rejects.toMatchObject({
      code: 'CREDENTIAL_UNAVAILABLE',
    });
  });

  it('opens with its passphrase only', async () => {
    await open('correct horse').store('prod', SECRET);
    expect(await open('correct horse').passwordFor({ name: 'prod', key })).toBe(SECRET);
    const error = await open('wrong')
      .passwordFor({ name: 'prod', key })
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'VAULT_LOCKED' });
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
    await expect(open().passwordFor({ name: 'prod', key })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
  });

  it('is refused when others may read it', async () => {
    await open().store('prod', SECRET);
    chmodSync(join(home, 'vault.age'), 0o640);
    await expect(open().passwordFor({ name: 'prod', key })).rejects.toMatchObject({
      code: 'CONFIG_PERMISSIONS',
    });
  });
});

describe('other sources', () => {
  it('a command, with a shell or without', async () => {
    const ask = (command: string | string[]) =>
      open().passwordFor({ name: 'prod', source: { command }, key });
    expect(await ask('echo one; echo two')).toBe('one');
    expect(await ask(['printf', '%s', 'a b'])).toBe('a b');
    const error = await ask(`echo ${SECRET} >&2; exit 3`).catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
    await expect(ask('true')).rejects.toMatchObject({ code: 'CREDENTIAL_UNAVAILABLE' });
  });

  it('a variable, PGPASSWORD, and .pgpass in libpq’s order', async () => {
    expect(await open(null, { DB1: 'x' }).passwordFor({ name: 'p', source: { env: 'DB1' }, key })).toBe('x');
    await expect(open().passwordFor({ name: 'p', source: { env: 'DB1' }, key })).rejects.toMatchObject({
      code: 'CREDENTIAL_UNAVAILABLE',
    });
    expect(await open(null, { PGPASSWORD: 'y' }).passwordFor({ name: 'p', key })).toBe('y');
    writeFileSync(join(home, '.pgpass'), 'db1:5432:*:monitor:z\n', { mode: 0o600 });
    expect(await open().passwordFor({ name: 'p', key })).toBe('z');
    chmodSync(join(home, '.pgpass'), 0o644);
    expect(await open().passwordFor({ name: 'p', key })).toBeNull();
  });

  it.each([
    ['# c\n*:*:*:*:all', 'all'],
    ['db2:*:*:*:no\ndb1:5432:postgres:monitor:a\\:b\\\\c', 'a:b\\c'],
    ['db1:5433:*:*:no', null],
    ['db1:5432:postgres', null],
  ])('.pgpass %j', (text, expected) => {
    expect(matchPgpass(text, key)).toBe(expected);
  });
});

it.each([
  ['connecting to postgresql://u:hunter2@h/d failed', 'connecting to postgresql://u:***@h/d failed'],
  ["host=h password='hunter2' user=u", 'host=h password=*** user=u'],
  ["ALTER ROLE x PASSWORD 'hunter2'", "ALTER ROLE x PASSWORD '***'"],
])('the last net: %s', (text, expected) => {
  expect(redactSecrets(text)).toBe(expected);
});
