import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.js';

const LIBRARIES = 'usr/lib/x86_64-linux-gnu';

/** Writes the tree's own loader and library path into its programs, so that /proc names them and not the loader. */
export async function relocate(tree: string, programs: readonly string[]): Promise<void> {
  for (const name of ['lib', 'lib64']) {
    if (!existsSync(join(tree, name))) continue;
    cpSync(join(tree, name), join(tree, 'usr', name), { recursive: true, verbatimSymlinks: true });
    rmSync(join(tree, name), { recursive: true });
  }
  const libraries = join(tree, LIBRARIES);
  const loader = [join(libraries, 'ld-linux-x86-64.so.2'), join(tree, 'usr/lib64/ld-linux-x86-64.so.2')].find(
    (path) => existsSync(path),
  );
  if (loader === undefined) throw new Error('the tree has no loader');
  for (const program of programs) {
    const path = join(tree, program);
    if (!existsSync(path) || readFileSync(path).subarray(1, 4).toString('latin1') !== 'ELF') continue;
    await run(loader, [
      '--library-path',
      libraries,
      join(tree, 'usr/bin/patchelf'),
      '--set-interpreter',
      loader,
      '--force-rpath',
      '--set-rpath',
      libraries,
      path,
    ]);
  }
}
