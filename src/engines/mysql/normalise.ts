import { createHash } from 'node:crypto';

/** Longest text kept of a statement, characters. */
export const MOST_CHARACTERS = 4_096;

/**
 * Servers cut the texts of digests (max_digest_length, 1,024 bytes by default) and take what is equal up to there for one
 * statement; the texts of sessions are whole. Less is compared, so that both give one digest.
 */
const COMPARED_CHARACTERS = 900;

/**
 * Tokens of MySQL's and MariaDB's lexical structure, in the order in which they are tried: comments (`--` needs a blank
 * after it), strings with either quote, both escapes and an introducer, hex and bit literals, numbers, quoted and plain
 * names, operators. https://dev.mysql.com/doc/refman/9.4/en/language-structure.html
 */
const TOKEN =
  /(?<comment>\/\*[\s\S]*?(?:\*\/|$)|--(?=\s|$)[^\n]*|#[^\n]*)|(?<literal>(?:\b(?:_[a-z0-9]+\s*|[nNxXbB]))?'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|\b0x[0-9a-f]+\b|\b0b[01]+\b|(?:\b\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\b)|(?<quoted>`(?:[^`]|``)*(?:`|$))|(?<name>[\p{L}_$@][\p{L}\p{N}_$@]*|\b\d+[\p{L}_$][\p{L}\p{N}_$]*)|(?<operator>\.\.\.|[<>!=:&|]+|\S)/giu;

export interface Normalised {
  /** `t:` and a hash of the normalised text: the same for any literals, blanks, comments, quoting of names and case. */
  readonly digest: string;
  /** Literals are `?`, lists of them `(?)`, comments are gone. */
  readonly text: string;
}

/** A statement, or the server's DIGEST_TEXT of one, without its literals. Never throws; a cut text is taken as it is. */
export function normaliseStatement(sql: string): Normalised {
  const tokens: string[] = [];
  for (const { groups = {} } of sql.slice(0, 65_536).matchAll(TOKEN)) {
    if (groups.comment !== undefined) continue;
    if (groups.literal !== undefined) tokens.push('?');
    else if (groups.quoted !== undefined) tokens.push(plainName(groups.quoted));
    else tokens.push(groups.operator === '<>' ? '!=' : ((groups.name ?? groups.operator) as string));
  }
  const folded = foldLists(tokens);
  const whole = folded.join(' ').replace(CONTROL, ' ');
  const text = whole.slice(0, MOST_CHARACTERS);
  const compared = whole.toLowerCase().slice(0, COMPARED_CHARACTERS);
  const hash = createHash('sha1').update(compared).digest('hex').slice(0, 16);
  return { digest: `t:${hash}`, text };
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

function plainName(quoted: string): string {
  return quoted.replace(/^`|`$/g, '').replaceAll('``', '`');
}

/**
 * A list of literals becomes one (`? , ?` and the server's `? , ...`), then `( ? )` and the server's `( ... )` become
 * `(?)`, and several rows of VALUES one.
 */
function foldLists(tokens: readonly string[]): string[] {
  const folded: string[] = [];
  for (const token of tokens) {
    if (
      (token === '?' || token === '...') &&
      folded.at(-1) === ',' &&
      /^\(?\?\)?$/.test(folded.at(-2) ?? '')
    ) {
      folded.pop();
      continue;
    }
    folded.push(token);
    if (token !== ')') continue;
    const open = folded.lastIndexOf('(');
    const inside = folded.slice(open + 1, -1);
    if (open < 0 || inside.length !== 1 || !/^(\?|\.\.\.)$/.test(inside[0] as string)) continue;
    folded.splice(open);
    if (folded.at(-1) === ',' && folded.at(-2) === '(?)') folded.pop();
    else folded.push('(?)');
  }
  return folded;
}
