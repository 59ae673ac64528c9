import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DbvitalsError } from '../../core/errors.js';
import { run } from '../run.js';
import { relocate } from './relocate.js';

/** Programs of one Debian suite, with everything they need down to the C library. */
export interface DebianTree {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Programs that get the loader and libraries of the tree written into them. */
  readonly programs: readonly string[];
  readonly megabytes: number;
}

export interface FetchOptions {
  readonly cacheDirectory: string;
  readonly onProgress?: ((message: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

const COMPLETE = '.complete';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** What the server's maintainer scripts would need, and we do not run them. */
const NEEDLESS =
  /^(perl|libperl|libgdbm|libdb5|debconf|ucf|adduser|passwd|procps|systemd|lsof|psmisc|rsync|iproute2|init-system|cdebconf|libllvm|netbase|sensible-utils|openssl-provider|libc-gconv)/;
const LEFT_OUT = ['doc', 'man', 'locale', 'info'].map((name) => `--exclude=./usr/share/${name}/*`);

/**
 * A tree of programs, fetched once: packages of another Debian suite, checked by apt against the archive's keys. The
 * machine's own packages stay as they are. `stale` names what a new tree makes useless. Rejects with LAB_UNAVAILABLE.
 */
export async function fetchTree(
  name: string,
  distribution: DebianTree,
  options: FetchOptions,
  stale: (tree: string) => readonly string[] = () => [],
): Promise<string> {
  const tree = join(options.cacheDirectory, `${name}-${process.arch}`);
  if (existsSync(join(tree, COMPLETE))) return tree;
  const mirror = debianMirror();
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get') || mirror === null)
    throw unavailable(name, new Error('no Debian with a package mirror'));
  options.onProgress?.(`fetching ${name} (about ${distribution.megabytes} MB, once)`);
  await mkdir(options.cacheDirectory, { recursive: true });
  const scratch = await mkdtemp(join(options.cacheDirectory, '.fetch-'));
  try {
    await download(scratch, distribution, mirror, options.signal);
    const root = join(scratch, 'root');
    await unpack(scratch, root, options.signal);
    // The tree runs where it will live: the paths are written into the programs.
    const home = `${tree}-${randomUUID().slice(0, 8)}`;
    await rename(root, home);
    await relocate(home, distribution.programs);
    await writeFile(join(home, COMPLETE), '');
    await chmod(home, 0o755);
    await publish(home, tree, stale(tree));
    return tree;
  } catch (error) {
    throw unavailable(name, error);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Of two that fetch at once the first wins. Data of another build of the server goes. */
async function publish(home: string, tree: string, stale: readonly string[]): Promise<void> {
  if (!existsSync(join(tree, COMPLETE))) {
    await rm(tree, { recursive: true, force: true });
    for (const path of stale) await rm(path, { recursive: true, force: true });
    try {
      await symlink(basename(home), tree);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  await rm(home, { recursive: true, force: true });
}

function unavailable(name: string, cause: unknown): DbvitalsError {
  return new DbvitalsError(
    'LAB_UNAVAILABLE',
    `${name} could not be fetched: ${(cause as Error).message.split('\n')[0]}`,
    { remedy: 'needs Debian or a derivative with network access to its mirror', cause },
  );
}

/** The mirror that this machine already uses, from either format of apt's sources. */
function debianMirror(): string | null {
  const files = ['/etc/apt/sources.list', ...sourcesIn('/etc/apt/sources.list.d')];
  for (const file of files) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const found = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s*(\S+\/debian\/?)(?:\s|$)/m.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

function sourcesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
}

/** With an empty package status apt names everything that the server needs, the C library and its loader included. */
async function download(
  scratch: string,
  { suite, packages }: DebianTree,
  mirror: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const name of ['lists/partial', 'cache/archives/partial', 'deb'])
    await mkdir(join(scratch, name), { recursive: true });
  await writeFile(join(scratch, 'status'), '');
  await writeFile(join(scratch, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  const settings = [
    `Dir::Etc::sourcelist=${scratch}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${scratch}/lists`,
    `Dir::State::status=${scratch}/status`,
    `Dir::Cache=${scratch}/cache`,
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
    'Acquire::Retries=4',
    'Debug::NoLocking=1',
  ].flatMap((setting) => ['-o', setting]);
  const apt = (...args: string[]) =>
    run('apt-get', [...settings, '-qq', ...args], { cwd: join(scratch, 'deb'), timeoutMs: 300_000, signal });
  await apt('update');
  const plan = await apt('--no-install-recommends', '-s', 'install', ...packages, 'patchelf');
  const needed = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name = '']) => name);
  await apt('download', ...new Set(needed.filter((name) => !NEEDLESS.test(name))));
}

async function unpack(scratch: string, root: string, signal: AbortSignal | undefined): Promise<void> {
  const directory = join(scratch, 'deb');
  await mkdir(root);
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.deb'))) {
    const archive = join(scratch, 'data.tar');
    await run('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" > "$2"', 'sh', join(directory, file), archive], {
      signal,
    });
    await run(
      'tar',
      ['-xf', archive, '-C', root, '--no-same-owner', '--keep-directory-symlink', ...LEFT_OUT],
      {
        signal,
      },
    );
  }
}
