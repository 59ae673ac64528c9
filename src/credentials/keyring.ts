import { DbvitalsError } from '../core/errors.js';

const SERVICE = 'dbvitals';

/** Password in the OS keyring under service `dbvitals` and the instance's name. CREDENTIAL_UNAVAILABLE where there is no keyring. */
export async function passwordFromKeyring(instance: string): Promise<string | null> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    return (await new AsyncEntry(SERVICE, instance).getPassword()) ?? null;
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
