import { plain } from '../plain.js';
import type { Style } from '../report-lines.js';
import { cut } from '../table.js';

/** A line before it is cut and coloured. */
export interface Line {
  readonly text: string;
  readonly tone: 'root' | 'idle' | 'dim' | 'plain';
  /** Broken at words instead of cut, under a label of this width: half a command is worse than none. */
  readonly hanging?: number;
}

export function line(text: string): Line {
  return { text, tone: 'plain' };
}

export function dim(text: string): Line {
  return { text, tone: 'dim' };
}

export const EMPTY: Line = { text: '', tone: 'plain' };

/** Lines of at most `width` columns; whatever the server's names and texts hold, no control character gets through. */
export function fitted({ text, tone, hanging }: Line, width: number, style: Style): string[] {
  // Indentation is part of the picture; what follows it comes from anywhere.
  const indent = /^[ │├└─●○]*/.exec(text)?.[0] ?? '';
  const clean = `${indent}${clear(text.slice(indent.length))}`;
  const lines = hanging === undefined ? [cut(clean, width)] : broken(clean, width, hanging);
  return lines.map((each) => toned(each, tone, style));
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

/** Two spaces between parts stand for themselves; within a part everything is made plain. */
function clear(text: string): string {
  return text.split(/ {2,}/).map(plain).join('  ');
}

function broken(text: string, width: number, hanging: number): string[] {
  const lines: string[] = [];
  let current = text.slice(0, hanging);
  for (const word of text.slice(hanging).split(' ')) {
    if (current.length + word.length + 1 > width && current.trim() !== '') {
      lines.push(current.trimEnd());
      current = ' '.repeat(hanging);
    }
    current += `${word} `;
  }
  return [...lines, current.trimEnd()];
}
