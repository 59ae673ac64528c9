import stringWidth from 'string-width';
import { plain } from '../plain.js';
import type { Style } from '../report-lines.js';
import { cut } from '../table.js';

/** A line before it is cut and coloured: what we draw ourselves, and what names and texts of the server say. */
export interface Line {
  /** Indentation, branches, labels: ours, kept as it is. */
  readonly lead: string;
  /** Parts that come from anywhere, shown two spaces apart. */
  readonly parts: readonly string[];
  readonly tone?: 'root' | 'idle' | 'dim';
  /** Broken at words instead of cut: half a command is worse than none. */
  readonly wrap?: boolean;
}

export const EMPTY: Line = { lead: '', parts: [] };

/** Lines of at most `width` columns; no control character gets through. */
export function fitted({ lead, parts, tone, wrap }: Line, width: number, style: Style): string[] {
  const text = parts
    .filter((part) => part !== '')
    .map(plainPart)
    .join('  ');
  const lines = wrap === true ? broken(lead, text, width) : [cut(`${lead}${text}`, width)];
  return lines.map((each) => toned(each, tone, style));
}

/** Spaces at the ends are ours: they align columns. */
function plainPart(part: string): string {
  return `${/^ */.exec(part)?.[0] ?? ''}${plain(part)}${/ *$/.exec(part)?.[0] ?? ''}`;
}

function toned(text: string, tone: Line['tone'], style: Style): string {
  switch (tone) {
    case 'idle':
      return style.yellow(text);
    case 'root':
      return style.red(text);
    case 'dim':
      return style.dim(text);
    default:
      return text;
  }
}

function broken(lead: string, text: string, width: number): string[] {
  const lines: string[] = [];
  let current = lead;
  for (const word of text.split(' ')) {
    if (stringWidth(current) + stringWidth(word) > width && current.trim() !== lead.trim()) {
      lines.push(current.trimEnd());
      current = ' '.repeat(stringWidth(lead));
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}
