import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** A configuration file in a directory of its own for each test of the file; it is there once it is written. */
export function usePrivateFile(): { readonly path: () => string; readonly write: (text: string) => void } {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'dbvitals-config-test-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const path = () => join(directory, 'config.yaml');
  return { path, write: (text) => writeFileSync(path(), text, { mode: 0o600 }) };
}
