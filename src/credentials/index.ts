import { join } from 'node:path';
import { DbvitalsError } from '../core/errors.js';
import { passwordFromCommand } from './command.js';
import { passwordFromKeyring } from './keyring.js';
import { type PgpassKey, passwordFromPgpass } from './pgpass.js';
import { Vault } from './vault.js';

export { redactSecrets } from './redact.js';

export interface CredentialsOptions {
  readonly vaultPath: string;
  readonly identityPath: string;
  readonly passphrase: () => Promise<string | null>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Where an instance's password comes from, and what `.pgpass` is asked with. */
export interface CredentialRequest {
  readonly name: string;
  readonly source?:
    | { readonly command: string | readonly string[] }
    | { readonly keyring: true }
    | { readonly vault: true }
    | { readonly env: string }
    | { readonly pgpass: true }
    | undefined;
  readonly key: PgpassKey;
}

/** Passwords at the moment they are needed. Nothing is kept but the decrypted vault of this process. */
export class Credentials {
  readonly #vault: Vault;

  constructor(private readonly options: CredentialsOptions) {
    this.#vault = new Vault({
      path: options.vaultPath,
      identityPath: options.identityPath,
      passphrase: options.passphrase,
    });
  }

  /** By the configured source; without one: the vault, PGPASSWORD, .pgpass. Null: none, the server may not want one. */
  async passwordFor(request: CredentialRequest): Promise<string | null> {
    const { source, name } = request;
    if (source === undefined) {
      return (await this.#vault.get(name)) ?? this.options.env.PGPASSWORD ?? (await this.#pgpass(request));
    }
    if ('command' in source) return passwordFromCommand(source.command, name);
    if ('keyring' in source) return passwordFromKeyring(name);
    if ('vault' in source)
      return this.#found(await this.#vault.get(name), name, 'the vault has no entry for it');
    if ('env' in source)
      return this.#found(this.options.env[source.env] ?? null, name, `the variable ${source.env} is not set`);
    return this.#found(await this.#pgpass(request), name, 'no line of .pgpass matches');
  }

  store(name: string, password: string): Promise<void> {
    return this.#vault.set(name, password);
  }

  remove(name: string): Promise<void> {
    return this.#vault.remove(name);
  }

  #pgpass(request: CredentialRequest): Promise<string | null> {
    return passwordFromPgpass(this.options.env.PGPASSFILE ?? join(this.options.home, '.pgpass'), request.key);
  }

  #found(password: string | null, name: string, why: string): string {
    if (password !== null) return password;
    throw new DbvitalsError('CREDENTIAL_UNAVAILABLE', `no password for ${name}: ${why}`, {
      instance: name,
      remedy: `dbvitals add ${name} URL --password-stdin, or change its \`password\` in the configuration`,
    });
  }
}
