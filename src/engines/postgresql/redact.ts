/**
 * Replaces every literal of a PostgreSQL statement, whatever its grammar: the safety net for utility statements (whose
 * passwords pg_stat_statements keeps), for text the parser refuses, and for text the server had cut.
 * Lexical rules: PostgreSQL manual, "Lexical Structure". Comments go too, because people put values into them.
 */
export function redactLiterals(sql: string): string {
  let out = '';
  let at = 0;
  while (at < sql.length) {
    const [kept, next] = token(sql, at);
    out += kept;
    at = next;
  }
  return clean(out);
}

export const MAX_TEXT_LENGTH = 16_384;

/** One line, no control or bidirectional characters, bounded: safe for a terminal and a page. */
export function clean(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]/gu, '\uFFFD')
    .trim()
    .slice(0, MAX_TEXT_LENGTH);
}

const WORD = /[\p{L}_\u0080-\uffff][\p{L}\p{N}_$\u0080-\uffff]*/uy;
const NUMBER = /(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d+)?[\p{L}\p{N}_]*/uy;
const PARAMETER = /\$\d+/y;
const DOLLAR_TAG = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

/** The text to keep for the token at `at`, and where the next one begins. */
function token(sql: string, at: number): [string, number] {
  const two = sql.slice(at, at + 2);
  if (two === '--') return [' ', until(sql, '\n', at)];
  if (two === '/*') return [' ', endOfComment(sql, at)];
  if (sql[at] === "'") return ['$?', endOfString(sql, at, false)];
  if (sql[at] === '"') return quotedIdentifier(sql, at);
  const parameter = match(PARAMETER, sql, at);
  if (parameter !== null) return [parameter, at + parameter.length];
  const tag = match(DOLLAR_TAG, sql, at);
  if (tag !== null) return ['$?', after(sql, tag, at + tag.length)];
  const word = match(WORD, sql, at);
  if (word !== null) return afterWord(sql, word, at);
  const number = match(NUMBER, sql, at);
  if (number !== null) return ['$?', at + number.length];
  return [sql[at] as string, at + 1];
}

/** E'', B'', X'', N'' and U&'' are strings with a prefix; only E has backslash escapes. */
function afterWord(sql: string, word: string, at: number): [string, number] {
  const end = at + word.length;
  if (/^[ebxn]$/i.test(word) && sql[end] === "'") return ['$?', endOfString(sql, end, /e/i.test(word))];
  if (/^u$/i.test(word) && sql.slice(end, end + 2) === "&'") return ['$?', endOfString(sql, end + 1, false)];
  return [word, end];
}

/** A doubled quote stays inside; a string without an end runs to the end of the text, as after a cut. */
function endOfString(sql: string, open: number, escapes: boolean): number {
  for (let at = open + 1; at < sql.length; at += 1) {
    if (escapes && sql[at] === '\\') at += 1;
    else if (sql[at] === "'") {
      if (sql[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

function quotedIdentifier(sql: string, at: number): [string, number] {
  const end = after(sql, '"', at + 1);
  return [sql.slice(at, end), end];
}

function endOfComment(sql: string, at: number): number {
  let depth = 0;
  for (let i = at; i < sql.length; i += 1) {
    const two = sql.slice(i, i + 2);
    if (two === '/*') depth += 1;
    else if (two === '*/') depth -= 1;
    else continue;
    i += 1;
    if (depth === 0) return i + 1;
  }
  return sql.length;
}

function until(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found < 0 ? sql.length : found;
}

function after(sql: string, mark: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found < 0 ? sql.length : found + mark.length;
}

function match(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0] ?? null;
}
