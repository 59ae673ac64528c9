import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '../src');

/** A folder is a room; what each may import besides itself. Types count: a type-only cycle is a cycle. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  engines: ['core'],
  host: ['core'],
  collector: ['core'],
  attribution: ['core'],
  analysis: ['core'],
  store: ['core'],
  credentials: ['core'],
  config: ['core'],
  render: ['core'],
  lab: ['core'],
  export: ['core'],
  report: ['core', 'analysis', 'render'],
  monitor: ['core', 'engines', 'host', 'collector', 'attribution', 'analysis', 'store', 'config'],
  index: ['core', 'monitor'],
  cli: [
    'core',
    'engines',
    'host',
    'collector',
    'attribution',
    'analysis',
    'store',
    'credentials',
    'config',
    'render',
    'lab',
    'export',
    'report',
    'monitor',
    'index',
  ],
};

const files = sourceFiles(SRC);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('the house', () => {
  it('has only known rooms', () => {
    expect([...new Set(files.map(roomOf))].filter((room) => !(room in MAY_IMPORT))).toEqual([]);
  });

  it('lets imports only go down', () => {
    const forbidden: string[] = [];
    for (const [file, targets] of imports) {
      for (const target of targets) {
        const [from, to] = [roomOf(file), roomOf(target)];
        if (from !== to && !(MAY_IMPORT[from] ?? []).includes(to))
          forbidden.push(`${short(file)} -> ${short(target)}`);
      }
    }
    expect(forbidden).toEqual([]);
  });

  it('has no import cycle, types included', () => {
    expect(cycles(imports)).toEqual([]);
  });

  it('gives every engine folder the same files', () => {
    const engines = readdirSync(join(SRC, 'engines'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    for (const engine of engines) {
      const names = readdirSync(join(SRC, 'engines', engine.name));
      expect(names, engine.name).toEqual(
        expect.arrayContaining(['index.ts', 'connect.ts', 'facts.ts', 'probes', 'queries']),
      );
    }
    expect(engines.length).toBeGreaterThan(0);
  });

  it('keeps files small: none above 300 lines, median below 100', () => {
    const lengths = files.map((file) => ({
      file: short(file),
      lines: readFileSync(file, 'utf8').split('\n').length - 1,
    }));
    expect(lengths.filter(({ lines }) => lines > 300)).toEqual([]);
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(100);
  });
});

describe('what only the command line may touch', () => {
  const outside = files.filter((file) => roomOf(file) !== 'cli');

  it.each([
    ['the environment', /\bprocess\.env\b/],
    ['exit codes and signals', /\bprocess\.(exit|exitCode|on|once)\b/],
    ['intervals (there is one ticker)', /\bsetInterval\(/],
  ])('%s', (_what, pattern) => {
    const offenders = outside.filter((file) => pattern.test(withoutComments(readFileSync(file, 'utf8'))));
    // Worker and watchdog scripts are programs of their own: they end themselves.
    expect(offenders.map(short).filter((file) => !/-(worker|watchdog)\.ts$/.test(file))).toEqual([]);
  });

  it('keeps analyses pure: no clock, no chance, no promise, no I/O', () => {
    const impure = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\basync\b|\bawait\b|from 'node:/;
    const offenders = files.filter(
      (file) => roomOf(file) === 'analysis' && impure.test(withoutComments(readFileSync(file, 'utf8'))),
    );
    expect(offenders.map(short)).toEqual([]);
  });

  it('keeps parsers of /proc pure', () => {
    const offenders = files.filter(
      (file) => short(file).startsWith('host/parse/') && /from 'node:/.test(readFileSync(file, 'utf8')),
    );
    expect(offenders.map(short)).toEqual([]);
  });
});

describe('SQL for monitored servers', () => {
  it('is never built by concatenation', () => {
    const built = /`[^`]*\b(select|insert|update|delete|show|set)\b[^`]*\$\{/i;
    const offenders = files.filter(
      (file) =>
        roomOf(file) === 'engines' &&
        !file.endsWith('.generated.ts') &&
        built.test(sqlTemplates(readFileSync(file, 'utf8'))),
    );
    expect(offenders.map(short)).toEqual([]);
  });
});

function sourceFiles(directory: string): string[] {
  return readdirSync(directory)
    .map((name) => join(directory, name))
    .flatMap((path) =>
      statSync(path).isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : [],
    )
    .filter((path) => !path.endsWith('.generated.ts'));
}

function importsOf(file: string): string[] {
  const text = withoutComments(readFileSync(file, 'utf8'));
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(
    (match) => match[1] as string,
  );
  return specifiers
    .map((specifier) => resolve(dirname(file), specifier.replace(/\.js$/, '.ts')))
    .filter((target) => !target.endsWith('.generated.ts'));
}

function roomOf(file: string): string {
  const [first = ''] = relative(SRC, file).split('/');
  return first.replace(/\.ts$/, '');
}

function short(file: string): string {
  return relative(SRC, file);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

/** Only templates that begin like a statement: a message that says "update" is not SQL. */
function sqlTemplates(text: string): string {
  return [...withoutComments(text).matchAll(/`\s*(?:select|insert|update|delete|show|set)\s[^`]*`/gi)]
    .map((match) => match[0])
    .join('\n');
}

/** Strongly connected components of more than one file (Tarjan). */
function cycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) as number);
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node) as number, low.get(next) as number));
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    if (component.length > 1) found.push(component.map(short));
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}
