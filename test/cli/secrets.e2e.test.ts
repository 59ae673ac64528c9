import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeNeeding, itNeeding } from '../needs.js';
import { waitFor } from '../servers/wait-for.js';

const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');
const URL = 'postgresql://u@127.0.0.1:1/x';
const lacking = (...paths: readonly string[]) => {
  const missing = paths.filter((path) => !existsSync(path));
  return missing.length === 0 ? null : `needs ${missing.join(', ')}`;
};
const noTerminal = lacking('/usr/bin/script', '/usr/bin/setsid');
const noKeyring = lacking('/usr/bin/dbus-run-session', '/usr/bin/gnome-keyring-daemon');

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dbvitals-secrets-test-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const environment = () => ({
  ...process.env,
  HOME: home,
  XDG_RUNTIME_DIR: home,
  XDG_DATA_HOME: join(home, 'share'),
  DBVITALS_CONFIG: join(home, 'config.yaml'),
  DBUS_SESSION_BUS_ADDRESS: '',
});

/** Runs dbvitals on a terminal of its own and types an answer to each question as it comes. */
async function atTerminal(args: string, answers: readonly (readonly [RegExp, string])[]) {
  const child: ChildProcess = spawn(
    'script',
    ['-qec', `"${process.execPath}" "${MAIN}" ${args}`, '/dev/null'],
    {
      env: environment(),
    },
  );
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const ended = once(child, 'exit') as Promise<[number]>;
  let from = 0;
  for (const [question, answer] of answers) {
    from = await waitFor(String(question), () => {
      const found = question.exec(output.slice(from));
      return found === null ? null : from + found.index + found[0].length;
    });
    child.stdin?.write(answer);
  }
  const [status] = await ended;
  return { status, output };
}

describeNeeding(noTerminal, 'a vault with a passphrase', () => {
  it('is made and opened at a terminal, without an echo; without a terminal the error says what to do', async () => {
    const made = await atTerminal(`add prod ${URL} --password-stdin --vault-passphrase`, [
      [/password: /, 'hunter2\r'],
      [/passphrase for the new vault: /, 'horsf\u007fe\r'],
      [/again: /, 'horse\r'],
    ]);
    expect(made).toMatchObject({ status: 0, output: expect.stringContaining('in the vault') });
    expect(made.output).not.toMatch(/hunter2|hors/);
    expect(statSync(join(home, 'vault.age')).mode & 0o777).toBe(0o600);
    expect(existsSync(join(home, 'vault.key'))).toBe(false);

    const opened = await atTerminal('test prod', [[/passphrase of the vault: /, 'horse\r']]);
    expect(opened).toMatchObject({ status: 3, output: expect.stringContaining('connection refused') });
    const refused = await atTerminal('test prod', [[/passphrase of the vault: /, 'mule\r']]);
    expect(refused).toMatchObject({ status: 2, output: expect.stringContaining('does not open it') });
    const stopped = await atTerminal('test prod', [[/passphrase of the vault: /, '\u0003']]);
    expect(stopped.status).toBe(130);

    const daemon = spawnSync('setsid', ['-w', process.execPath, MAIN, 'test', 'prod'], {
      env: environment(),
      encoding: 'utf8',
    });
    expect(daemon).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/made with a passphrase[\s\S]*remedy: .*DBVITALS_VAULT_PASSPHRASE_FILE/),
    });
    writeFileSync(join(home, 'pass'), 'horse\n', { mode: 0o600 });
    const unattended = spawnSync('setsid', ['-w', process.execPath, MAIN, 'test', 'prod'], {
      env: { ...environment(), DBVITALS_VAULT_PASSPHRASE_FILE: join(home, 'pass') },
      encoding: 'utf8',
    });
    expect(unattended).toMatchObject({ status: 3, stderr: expect.stringContaining('connection refused') });
  });
});

describe('the keyring of the system', () => {
  it('is an error with a remedy where there is none, and nothing is added', () => {
    const added = spawnSync(
      process.execPath,
      [MAIN, 'add', 'prod', URL, '--password-stdin', '--password-keyring'],
      { env: environment(), input: 'hunter2\n', encoding: 'utf8' },
    );
    expect(added).toMatchObject({ status: 2, stderr: expect.stringMatching(/keyring[\s\S]*use the vault/) });
    expect(existsSync(join(home, 'config.yaml'))).toBe(false);
  });

  itNeeding(noKeyring, 'takes a password, gives it back, and forgets it', () => {
    const script = `
      printf login | gnome-keyring-daemon --unlock --components=secrets > "$HOME/daemon" 2>&1
      dbvitals() { "${process.execPath}" "${MAIN}" "$@"; }
      echo hunter2 | dbvitals add prod ${URL} --password-stdin --password-keyring
      dbvitals test prod
      dbvitals remove prod
      printf '%s\\n' 'instances: [{ name: prod, url: "${URL}", password: { keyring: true } }]' > "$DBVITALS_CONFIG"
      dbvitals test prod`;
    const { stdout, stderr } = spawnSync('dbus-run-session', ['--', 'bash', '-c', script], {
      env: environment(),
      encoding: 'utf8',
    });
    expect(stdout).toContain('its password is in the keyring');
    // The first try got its password and came as far as the server; the last one found none.
    expect(stderr).toMatch(/connection refused[\s\S]*no password for prod: the keyring has no entry for it/);
    expect(readFileSync(join(home, 'config.yaml'), 'utf8')).not.toContain('hunter2');
    expect(stdout + stderr).not.toContain('hunter2');
  });
});

it('a service file and .pgpass lead to the server', () => {
  writeFileSync(join(home, '.pg_service.conf'), '[prod]\nhost=127.0.0.1\nport=1\nuser=ops\n');
  const run = (args: readonly string[], env = {}) =>
    spawnSync(process.execPath, [MAIN, ...args], { env: { ...environment(), ...env }, encoding: 'utf8' });
  expect(run(['test', '--url', 'postgresql:///?service=prod']).stderr).toContain('(ops@127.0.0.1:1/ops)');
  writeFileSync(join(home, 'other.conf'), '[prod]\nhost=127.0.0.1\nport=2\nuser=other\n');
  const other = run(['test', '--url', 'postgresql:///?service=prod'], {
    PGSERVICEFILE: join(home, 'other.conf'),
  });
  expect(other.stderr).toContain('(other@127.0.0.1:2/other)');
  expect(run(['add', 'prod', 'postgresql:///?service=prod']).status).toBe(0);
  expect(readFileSync(join(home, 'config.yaml'), 'utf8')).toContain('service=prod');
  expect(run(['test', 'prod']).stderr).toContain('(ops@127.0.0.1:1/ops)');
  const wrong = run(['add', 'x', 'postgresql:///?service=nowhere']);
  expect(wrong).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/no service nowhere\n.*add \[nowhere\] to/),
  });
});
