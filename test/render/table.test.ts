import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { renderTable } from '../../src/render/table.js';

const columns = [
  { title: 'name' },
  { title: 'first out', drop: 2 },
  { title: 'second out', drop: 1 },
  { title: 'text', flexible: true },
];
const rows = [['a', '1', '2', 'x'.repeat(200)]];

it('fills the line with the flexible column and leaves columns out, in their order, before it tells nothing', () => {
  const wide = renderTable(columns, rows, 80);
  expect(wide[0]).toContain('first out');
  expect(stringWidth(wide[1] ?? '')).toBe(80);
  const narrow = renderTable(columns, rows, 45);
  expect(narrow[0]).not.toContain('first out');
  expect(narrow[0]).toContain('second out');
  const tiny = renderTable(columns, rows, 30);
  expect(tiny[0]).toMatch(/^name {2}text/);
  expect(stringWidth(tiny[1] ?? '')).toBe(30);
});

it('cuts a column to what it may have at most before it leaves one out, and only where the line is too short', () => {
  const long = [{ title: 'wait', most: 8 }, ...columns.slice(1)];
  const cells = [['a long name of a wait', '1', '2', 'y'.repeat(200)]];
  expect(renderTable(long, cells, 120)[1]).toContain('a long name of a wait');
  const short = renderTable(long, cells, 60);
  expect(short[1]).toMatch(/^a long … /);
  expect(short[0]).toContain('first out');
});
