import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

describe('the package', () => {
  it('exports these names and no others', async () => {
    const api = await import('../src/index.js');
    expect(Object.keys(api).sort()).toEqual(['DatabaseResourceMonitor', 'DbvitalsError']);
  });

  it('does nothing when imported: no output, no open handle, no database driver, no DuckDB', () => {
    const script = `
      await import(${JSON.stringify(join(ROOT, 'dist/index.js'))});
      await new Promise((resolve) => setTimeout(resolve, 50));
      const open = process.getActiveResourcesInfo().filter((kind) => !/TTY|Pipe/.test(kind));
      const native = Object.keys(process.report.getReport().sharedObjects ?? {}).length;
      const loaded = process.report.getReport().sharedObjects.filter((name) => /duckdb|keyring/.test(name));
      process.stdout.write(JSON.stringify({ open, loaded, native: native > 0 }));
    `;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toEqual({ open: [], loaded: [], native: true });
  });

  it('pins dependencies exactly and supports the Node versions it says', () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      engines: { node: string };
    };
    expect(Object.values(manifest.dependencies).filter((version) => !/^\d/.test(version))).toEqual([]);
    expect(manifest.engines.node).toBe('>=20.19');
  });
});
