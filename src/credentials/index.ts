import { join } from 'node:path';
import { DbvitalsError } from '../core/errors.js';
import { passwordFromCommand } from './command.js';
import { keepInKeyring, passwordFromKeyring, removeFromKeyring } from './keyring.js';
import { type PgpassKey, passwordFromPgpass } from './pgpass.js';
import { Vault, type VaultOptions } from './vault.js';

export { redactSecrets } from './redact.js';

export interface CredentialsOptions {
  readonly vaultPath: string;
  readonly identityPath: string;
  readonly passphrase: VaultOptions['passphrase'];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

export type CredentialSource =
  | { readonly command: string | readonly string[] }
  | { readonly keyring: true }
  | { readonly vault: true }
  | { readonly env: string }
  | { readonly pgpass: true };

/** Where an instance's password comes from, and what `.pgpass` is asked with. */
export interface CredentialRequest {
  readonly name: string;
  readonly source?: CredentialSource | undefined;
  readonly key: PgpassKey;
  /** What the service file of libpq says; as there, it goes before PGPASSWORD. */
  readonly service?: string | null;
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

  /** By the configured source; without one: vault, service file, PGPASSWORD, .pgpass. Null: none, the server may not want one. */
  async passwordFor(request: CredentialRequest): Promise<string | null> {
    const { source, name } = request;
    if (source === undefined) {
      const given = (await this.#vault.get(name)) ?? request.service ?? this.options.env.PGPASSWORD;
      return given ?? (await this.#pgpass(request)).password;
    }
    if ('command' in source) return passwordFromCommand(source.command, name);
    if ('keyring' in source)
      return found(await passwordFromKeyring(name), name, 'the keyring has no entry for it');
    if ('vault' in source) return found(await this.#vault.get(name), name, 'the vault has no entry for it');
    if ('env' in source)
      return found(this.options.env[source.env] ?? null, name, `the variable ${source.env} is not set`);
    const answer = await this.#pgpass(request);
    return answer.password ?? found(null, name, answer.why, answer.remedy);
  }

  /** For the console of a pooler: its own line of .pgpass, else as the instance itself. */
  async passwordForPooler(request: CredentialRequest, key: PgpassKey): Promise<string | null> {
    return (await this.#pgpass({ ...request, key })).password ?? (await this.passwordFor(request));
  }

  /** Asks for the vault's passphrase now, if it has one, and not in the middle of something. VAULT_LOCKED. */
  async unlock(): Promise<'passphrase' | 'identity' | 'absent'> {
    const { passphrase } = await this.#vault.open();
    if (passphrase === undefined) return 'absent';
    return passphrase === null ? 'identity' : 'passphrase';
  }

  async store(name: string, password: string, where: 'vault' | 'keyring'): Promise<void> {
    if (where === 'keyring') await keepInKeyring(name, password);
    else await this.#vault.set(name, password);
  }

  /** Forgets what `store` kept. */
  async remove(name: string, source: CredentialSource | undefined): Promise<void> {
    if (source !== undefined && 'keyring' in source) await removeFromKeyring(name);
    else if (source === undefined || 'vault' in source) await this.#vault.remove(name);
  }

  #pgpass(request: CredentialRequest) {
    return passwordFromPgpass(this.options.env.PGPASSFILE ?? join(this.options.home, '.pgpass'), request.key);
  }
}

function found(password: string | null, name: string, why: string, remedy: string | null = null): string {
  if (password !== null) return password;
  throw new DbvitalsError('CREDENTIAL_UNAVAILABLE', `no password for ${name}: ${why}`, {
    instance: name,
    remedy:
      remedy ?? `dbvitals add ${name} URL --password-stdin, or change its \`password\` in the configuration`,
  });
}
