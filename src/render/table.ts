import stringWidth from 'string-width';
import { plain } from './plain.js';

export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align?: 'left' | 'right';
  /** Takes what is left of the line; at most one. */
  readonly flexible?: boolean;
  /** Cut to so many where the line is too short for all. */
  readonly most?: number;
  /** Left out when the line is too short even so, the highest number first. */
  readonly drop?: number;
}

/** Fewer columns of the flexible one than this tell nothing. */
const LEAST_FLEXIBLE = 24;

/** Rows of cells as lines of at most `width` columns. Cells are made plain; the last resort is to cut with an ellipsis. */
export function renderTable(
  all: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const every = [all.map(({ title }) => title), ...rows.map((row) => row.map(plain))];
  const natural = all.map((_, index) => Math.max(...every.map((row) => stringWidth(row[index] ?? ''))));
  const everything = all.map((_, index) => index);
  const widest =
    needed(all, natural, everything) <= width
      ? natural
      : natural.map((each, index) => Math.min(each, all[index]?.most ?? each));
  const kept = fitting(all, widest, width);
  const columns = kept.map((index) => all[index] as TableColumn);
  const wanted = kept.map((index) => widest[index] as number);
  const cells = every.map((row) => kept.map((index) => row[index] ?? ''));
  const fixed =
    wanted.reduce((sum, each, index) => sum + (columns[index]?.flexible ? 0 : each), 0) +
    2 * (columns.length - 1);
  const widths = wanted.map((each, index) =>
    columns[index]?.flexible ? Math.max(10, Math.min(each, width - fixed)) : each,
  );
  return cells.map((row) =>
    columns
      .map(({ align }, index) =>
        pad(cut(row[index] ?? '', widths[index] as number), widths[index] as number, align ?? 'left'),
      )
      .join('  ')
      .trimEnd(),
  );
}

/** Indexes of the columns that have room beside a readable flexible one. */
function fitting(columns: readonly TableColumn[], widths: readonly number[], width: number): number[] {
  let kept = columns.map((_, index) => index);
  while (needed(columns, widths, kept) > width) {
    const [next] = kept
      .filter((index) => columns[index]?.drop !== undefined)
      .sort((a, b) => (columns[b]?.drop ?? 0) - (columns[a]?.drop ?? 0));
    if (next === undefined) break;
    kept = kept.filter((index) => index !== next);
  }
  return kept;
}

/** Columns of the line that these take at least, two between each. */
function needed(columns: readonly TableColumn[], widths: readonly number[], kept: readonly number[]): number {
  const least = (index: number) =>
    Math.min(widths[index] as number, columns[index]?.flexible ? LEAST_FLEXIBLE : Infinity);
  return kept.reduce((sum, index) => sum + 2 + least(index), -2);
}

export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'right' ? space + text : text + space;
}
