import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DbvitalsError } from '../core/errors.js';

export interface VaultOptions {
  /** The vault; its identity file lies beside it as `<path without .age>.key` unless a passphrase is used. */
  readonly path: string;
  readonly identityPath: string;
  /** Null: there is none; the identity file is used. */
  readonly passphrase: () => Promise<string | null>;
}

type Entries = Readonly<Record<string, string>>;

/** Passwords by instance name in one file, encrypted with age (https://age-encryption.org/v1). */
export class Vault {
  #entries: Entries | null = null;

  constructor(private readonly options: VaultOptions) {}

  async get(name: string): Promise<string | null> {
    const entries = await this.#read();
    return Object.hasOwn(entries, name) ? (entries[name] as string) : null;
  }

  async set(name: string, password: string): Promise<void> {
    await this.#write({ ...(await this.#read()), [name]: password });
  }

  async remove(name: string): Promise<void> {
    const { [name]: removed, ...rest } = await this.#read();
    if (removed !== undefined) await this.#write(rest);
  }

  /** Decrypted once per process: scrypt makes each time cost about a second. */
  async #read(): Promise<Entries> {
    this.#entries ??= await this.#decrypt();
    return this.#entries;
  }

  async #decrypt(): Promise<Entries> {
    const sealed = await readPrivate(this.options.path);
    if (sealed === null) return {};
    const { Decrypter } = await import('age-encryption');
    const decrypter = new Decrypter();
    const passphrase = await this.options.passphrase();
    const identity = (await readPrivate(this.options.identityPath))?.toString('utf8').trim();
    if (passphrase !== null) decrypter.addPassphrase(passphrase);
    else if (identity !== undefined) decrypter.addIdentity(identity);
    else throw this.#locked('neither a passphrase nor an identity file was given');
    try {
      return JSON.parse(await decrypter.decrypt(sealed, 'text')) as Entries;
    } catch (error) {
      throw this.#locked('the passphrase or identity does not open it', error);
    }
  }

  async #write(entries: Entries): Promise<void> {
    const { Encrypter } = await import('age-encryption');
    const encrypter = new Encrypter();
    const passphrase = await this.options.passphrase();
    if (passphrase === null) encrypter.addRecipient(await this.#recipient());
    else encrypter.setPassphrase(passphrase);
    await writePrivate(this.options.path, await encrypter.encrypt(JSON.stringify(entries)));
    this.#entries = entries;
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
      remedy: 'give the passphrase it was made with, or its identity file',
      ...(cause === undefined ? {} : { cause }),
    });
  }
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
