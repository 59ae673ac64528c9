import { createHash } from 'node:crypto';
import { comparedToken } from './synonyms.js';
import { plainName, TOKEN } from './tokens.js';

/** Longest text kept of a statement, characters. */
export const MOST_CHARACTERS = 4_096;

/**
 * Servers cut the texts of digests (max_digest_length, 1,024 bytes by default) and take what is equal up to there for one
 * statement; the texts of sessions are whole. Less is compared, so that both give one digest.
 */
const COMPARED_CHARACTERS = 900;

export interface Normalised {
  /** `t:` and a hash of the normalised text: the same for any literals, blanks, comments, quoting of names and case. */
  readonly digest: string;
  /** Literals are `?`, lists of them `(?)`, comments are gone. */
  readonly text: string;
}

/** A statement, or the server's DIGEST_TEXT of one, without its literals. Never throws; a cut text is taken as it is. */
export function normaliseStatement(sql: string): Normalised {
  const folded = foldLists(tokensOf(sql.slice(0, 65_536)));
  const text = folded.join(' ').replace(CONTROL, ' ').slice(0, MOST_CHARACTERS);
  const compared = folded.map(comparedToken).join(' ').slice(0, COMPARED_CHARACTERS);
  return { digest: `t:${createHash('sha1').update(compared).digest('hex').slice(0, 16)}`, text };
}

/** After these a sign belongs to the literal (gen_lex_token.cc, "start expression" tokens). */
const BEFORE_EXPRESSION =
  /^([(,+*/%^|&-]|\|\||&&|select|return|if|case|when|while|until|or|xor|and|not|between|like|regexp|rlike|interval|default|div|mod)$/i;
/** After these NULL is a part of the grammar; elsewhere it is a literal to the server. */
const BEFORE_NULL = /^(is|not|default|set)$/i;

function tokensOf(sql: string): string[] {
  const tokens: string[] = [];
  for (const { groups = {} } of sql.matchAll(TOKEN)) {
    const { comment, literal, quoted, name, operator } = groups;
    if (comment !== undefined) continue;
    const before = tokens.at(-1) ?? '';
    if (literal !== undefined) {
      if (/^[+-]$/.test(before) && BEFORE_EXPRESSION.test(tokens.at(-2) ?? '')) tokens.pop();
      tokens.push('?');
    } else if (quoted !== undefined) tokens.push(plainName(quoted));
    else if (name !== undefined) tokens.push(...wordTokens(name, before));
    else tokens.push(operator === '<>' ? '!=' : (operator as string));
  }
  return tokens;
}

/** The server tells variables apart by their sign only: `@x` is `@ ?`, `@@x` is `@@ x`. */
function wordTokens(word: string, before: string): string[] {
  if (/^null$/i.test(word) && !BEFORE_NULL.test(before)) return ['?'];
  if (/^@@./.test(word)) return ['@@', word.slice(2)];
  return /^@[^@]/.test(word) ? ['@', '?'] : [word];
}

const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

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
