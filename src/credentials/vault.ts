import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DbvitalsError } from '../core/errors.js';

export interface VaultOptions {
  /** The vault; its identity file lies beside it as `<path without .age>.key` unless a passphrase is used. */
  readonly path: string;
  readonly identityPath: string;
  /** `open`: the vault was made with one. `make`: there is no vault yet; null means by an identity file. */
  readonly passphrase: (purpose: 'open' | 'make') => Promise<string | null>;
}

type Entries = Readonly<Record<string, string>>;

interface Opened {
  readonly entries: Entries;
  /** Null: sealed for the identity file. Undefined: there is no vault yet. */
  readonly passphrase: string | null | undefined;
}

/** Passwords by instance name in one file, encrypted with age (https://age-encryption.org/v1). */
export class Vault {
  #opened: Promise<Opened> | null = null;

  constructor(private readonly options: VaultOptions) {}

  async get(name: string): Promise<string | null> {
    const { entries } = await this.open();
    return Object.hasOwn(entries, name) ? (entries[name] as string) : null;
  }

  async set(name: string, password: string): Promise<void> {
    const { entries, passphrase } = await this.open();
    await this.#write({ ...entries, [name]: password }, passphrase);
  }

  async remove(name: string): Promise<void> {
    const { entries, passphrase } = await this.open();
    const { [name]: removed, ...rest } = entries;
    if (removed !== undefined) await this.#write(rest, passphrase);
  }

  /** Decrypted once per process, also when several instances ask at once: scrypt makes each time cost about a second. */
  open(): Promise<Opened> {
    this.#opened ??= this.#decrypt().catch((error: unknown) => {
      this.#opened = null;
      throw error;
    });
    return this.#opened;
  }

  async #decrypt(): Promise<Opened> {
    const sealed = await readPrivate(this.options.path);
    if (sealed === null) return { entries: {}, passphrase: undefined };
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    const passphrase = wantsPassphrase(sealed) ? await this.options.passphrase('open') : null;
    if (passphrase !== null) decrypter.addPassphrase(passphrase);
    else if (wantsPassphrase(sealed)) throw this.#locked('it was made with a passphrase, and none was given');
    else decrypter.addIdentity(await this.#identity());
    try {
      return { entries: JSON.parse(await decrypter.decrypt(sealed, 'text')) as Entries, passphrase };
    } catch (error) {
      throw this.#locked('the passphrase or identity does not open it', error);
    }
  }

  async #identity(): Promise<string> {
    const identity = (await readPrivate(this.options.identityPath))?.toString('utf8').trim();
    if (identity !== undefined) return identity;
    throw this.#locked(`its identity file ${this.options.identityPath} is not there`);
  }

  async #write(entries: Entries, known: string | null | undefined): Promise<void> {
    const { Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    const passphrase = known === undefined ? await this.options.passphrase('make') : known;
    if (passphrase === null) encrypter.addRecipient(await this.#recipient());
    else encrypter.setPassphrase(passphrase);
    await writePrivate(this.options.path, await encrypter.encrypt(JSON.stringify(entries)));
    this.#opened = Promise.resolve({ entries, passphrase });
  }

  /** Made at first use, so that a daemon can start unattended. It protects a copied vault, not a copied home. */
  async #recipient(): Promise<string> {
    const { generateIdentity, identityToRecipient } = await import('age-encryption');
    const known = (await readPrivate(this.options.identityPath))?.toString('utf8').trim();
    if (known !== undefined) return identityToRecipient(known);
    const identity = await generateIdentity();
    await writePrivate(this.options.identityPath, `${identity}\n`);
    return identityToRecipient(identity);
  }

  #locked(why: string, cause?: unknown): DbvitalsError {
    return new DbvitalsError('VAULT_LOCKED', `the vault ${this.options.path} could not be opened: ${why}`, {
      remedy:
        'at a terminal the passphrase is asked for; else name a file that holds it in DBVITALS_VAULT_PASSPHRASE_FILE, or the identity file in DBVITALS_VAULT_IDENTITY',
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

/** The header of an age file names its recipients in plain text; a passphrase is a stanza `-> scrypt`. */
function wantsPassphrase(sealed: Buffer): boolean {
  return sealed.subarray(0, 64).toString('latin1').includes('\n-> scrypt ');
}

/** Null when there is no such file; CONFIG_PERMISSIONS when others may read it. */
export async function readPrivate(path: string): Promise<Buffer | null> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      throw new DbvitalsError('CONFIG_PERMISSIONS', `${path} can be read by others`, {
        remedy: `chmod 600 ${path}`,
      });
    }
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writePrivate(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await file.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await file.close();
  await rename(temporary, path);
}
