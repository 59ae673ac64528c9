import { DbvitalsError } from '../core/errors.js';

const SERVICE = 'dbvitals';

/** Password in the OS keyring under service `dbvitals` and the instance's name. CREDENTIAL_UNAVAILABLE where there is no keyring. */
export async function passwordFromKeyring(instance: string): Promise<string | null> {
  return withEntry(instance, async (entry) => (await entry.getPassword()) ?? null);
}

export async function keepInKeyring(instance: string, password: string): Promise<void> {
  await withEntry(instance, (entry) => entry.setPassword(password));
}

/** An entry that is not there is no failure. */
export async function removeFromKeyring(instance: string): Promise<void> {
  await withEntry(instance, (entry) => entry.deleteCredential());
}

type Entry = InstanceType<typeof import('@napi-rs/keyring')['AsyncEntry']>;

/**
 * The package is optional, and a headless system has the package and no keyring: either way the same error. On Linux
 * only the Secret Service will do: the package would fall back to the kernel's keyring, which a reboot empties.
 */
async function withEntry<T>(instance: string, use: (entry: Entry) => Promise<T>): Promise<T> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    return await use(new AsyncEntry(SERVICE, instance, { linux: { store: 'secret-service' } }));
  } catch (error) {
    throw new DbvitalsError(
      'CREDENTIAL_UNAVAILABLE',
      `the keyring of this system cannot be used for ${instance}`,
      {
        instance,
        remedy: 'use the vault instead: dbvitals add NAME URL --password-stdin',
        cause: error,
      },
    );
  }
}
