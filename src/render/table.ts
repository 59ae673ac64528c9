import stringWidth from 'string-width';
import { plain } from './plain.js';

export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly align?: 'left' | 'right';
  /** Takes what is left of the line; at most one. */
  readonly flexible?: boolean;
}

/** Rows of cells as lines of at most `width` columns. Cells are made plain; the last resort is to cut with an ellipsis. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(plain))];
  const natural = columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index] ?? ''))));
  const fixed =
    natural.reduce((sum, each, index) => sum + (columns[index]?.flexible ? 0 : each), 0) +
    2 * (columns.length - 1);
  const widths = natural.map((each, index) =>
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
