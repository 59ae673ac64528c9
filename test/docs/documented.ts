import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';

export const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/json.md'), 'utf8');
export const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);

/** Field to its own fields, of the sentence that begins so: `` `a` (`b`, `c`), `d` ``. */
function fieldsOf(text: string, beginning: string): Map<string, string[]> {
  const sentence = text.split(/\n\n/).find((each) => each.trim().startsWith(beginning)) ?? '';
  const found = sentence.matchAll(/`([A-Za-z0-9]+)`(?: \(([^)]*)\))?/g);
  return new Map(
    [...found].map(([, name = '', inner = '']) => [
      name,
      [...inner.matchAll(/`([A-Za-z0-9]+)`/g)].map(([, each = '']) => each),
    ]),
  );
}

const envelope = fieldsOf(page, 'Around every report:');

/** The object has the documented fields, no fewer and no more, and so have the objects in it. */
function sameFields(value: object, documented: ReadonlyMap<string, readonly string[]>, what: string): void {
  expect(Object.keys(value).sort(), what).toEqual([...documented.keys()].sort());
  for (const [name, inner] of documented) {
    const field = (value as Record<string, unknown>)[name];
    for (const each of [field].flat()) {
      if (inner.length > 0 && each !== null && typeof each === 'object')
        expect(Object.keys(each).sort(), `${what}.${name}`).toEqual([...inner].sort());
    }
  }
}

/** The report has exactly the fields that docs/json.md names for its schema. */
export function asDocumented(report: { schema: string; items?: readonly object[] }): void {
  const section = sections.get(report.schema) ?? '';
  expect(section, `${report.schema} in docs/json.md`).not.toBe('');
  const alone = fieldsOf(section, 'The object:');
  sameFields(
    report,
    alone.size > 0 ? alone : new Map([...envelope, ...fieldsOf(section, 'Beside the envelope:')]),
    report.schema,
  );
  const item = fieldsOf(section, 'An item:');
  if (item.size === 0) return;
  expect(report.items?.length, `items of ${report.schema}`).toBeGreaterThan(0);
  for (const each of report.items ?? []) sameFields(each, item, `an item of ${report.schema}`);
}
