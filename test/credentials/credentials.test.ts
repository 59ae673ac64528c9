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
    await open().store('prod', SECRET, 'vault');
    expect(await open().passwordFor({ name: 'prod', source: { vault: true }, key })).toBe(SECRET);
    for (const name of ['vault.age', 'vault.key'])
      expect(statSync(join(home, name)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(home, 'vault.age')).includes(SECRET)).toBe(false);
    await open().remove('prod', { vault: true });
    await expect(open().passwordFor({ name: 'prod', source: { vault: true }, key })).rejects.toMatchObject({
      code: 'CREDENTIAL_UNAVAILABLE',
    });
  });

  it('opens with its passphrase only', async () => {
    await open('correct horse').store('prod', SECRET, 'vault');
    expect(await open('correct horse').passwordFor({ name: 'prod', key })).toBe(SECRET);
    const error = await open('wrong')
      .passwordFor({ name: 'prod', key })
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'VAULT_LOCKED' });
    expect(inspect(error, { depth: 9 })).not.toContain('hunter2');
    await expect(open().passwordFor({ name: 'prod', key })).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
  });

  it('asks for the passphrase when it was made with one, once, however many ask', async () => {
    const asked: string[] = [];
    const asking = () =>
      new Credentials({
        vaultPath: join(home, 'vault.age'),
        identityPath: join(home, 'vault.key'),
        passphrase: async (purpose) => {
          asked.push(purpose);
          return 'correct horse';
        },
        env: {},
        home,
      });
    await asking().store('one', SECRET, 'vault');
    expect(asked).toEqual(['make']);
    const next = asking();
    const found = await Promise.all(['one', 'two'].map((name) => next.passwordFor({ name, key })));
    expect(found).toEqual([SECRET, null]);
    expect(await next.unlock()).toBe('passphrase');
    await next.store('two', 'other', 'vault');
    expect(asked).toEqual(['make', 'open']);
    expect(await asking().passwordFor({ name: 'two', key })).toBe('other');
  });

  it('made with an identity file it never asks', async () => {
    await open().store('prod', SECRET, 'vault');
    expect(await open('not wanted').passwordFor({ name: 'prod', key })).toBe(SECRET);
    expect(await open('not wanted').unlock()).toBe('identity');
  });

  it('is refused when others may read it', async () => {
    await open().store('prod', SECRET, 'vault');
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
    expect(await open().passwordFor({ name: 'p', key, service: 's' })).toBe('s');
    chmodSync(join(home, '.pgpass'), 0o644);
    expect(await open().passwordFor({ name: 'p', key })).toBeNull();
    await expect(open().passwordFor({ name: 'p', source: { pgpass: true }, key })).rejects.toMatchObject({
      message: expect.stringContaining('others may read it'),
      remedy: `chmod 600 ${join(home, '.pgpass')}`,
    });
  });

  it.each([
    ['# c\n*:*:*:*:all', 'all'],
    ['db2:*:*:*:no\ndb1:5432:postgres:monitor:a\\:b\\\\c', 'a:b\\c'],
    ['db1:5433:*:*:no', null],
    ['db1:5432:postgres:monitor:until:here', 'until'],
    ['\\*:5432:postgres:monitor:a star is not anything\ndb1:*:*:monitor:crlf\r\n', 'crlf'],
    ['db1:5432:postgres:mon\\itor:escaped', 'escaped'],
    ['*:*:*:*:', ''],
    ['*:*:*:*:ends\\', 'ends\\'],
    ['db1:5432:postgres', null],
  ])('.pgpass %j', (text, expected) => {
    expect(matchPgpass(text, key)).toBe(expected);
  });
});

it('the default socket directory is localhost in .pgpass, another one is itself', () => {
  const text = 'localhost:*:*:*:default\n/srv/run:*:*:*:own';
  expect(matchPgpass(text, { ...key, host: '/var/run/postgresql' })).toBe('default');
  expect(matchPgpass(text, { ...key, host: '/srv/run' })).toBe('own');
  expect(matchPgpass(text, { ...key, host: '/srv/other' })).toBeNull();
});

it('a pooler has its own line of .pgpass, else the password of its instance', async () => {
  writeFileSync(join(home, '.pgpass'), 'db1:6432:pgbouncer:stats:pooled\n', { mode: 0o600 });
  const pooler = (port: number) =>
    open(null, { PGPASSWORD: 'instance' }).passwordForPooler(
      { name: 'p', key },
      { host: 'db1', port, database: 'pgbouncer', user: 'stats' },
    );
  expect(await pooler(6432)).toBe('pooled');
  expect(await pooler(6433)).toBe('instance');
});

it.each([
  ['connecting to postgresql://u:hunter2@h/d failed', 'connecting to postgresql://u:***@h/d failed'],
  ["host=h password='hunter2' user=u", 'host=h password=*** user=u'],
  ["ALTER ROLE x PASSWORD 'hunter2'", "ALTER ROLE x PASSWORD '***'"],
])('the last net: %s', (text, expected) => {
  expect(redactSecrets(text)).toBe(expected);
});
