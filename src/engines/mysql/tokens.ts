/**
 * Tokens of MySQL's and MariaDB's lexical structure, in the order in which they are tried: comments (`--` needs a blank
 * after it), strings with either quote, both escapes and an introducer, hex and bit literals, numbers, quoted and plain
 * names, operators. https://dev.mysql.com/doc/refman/9.4/en/language-structure.html
 */
export const TOKEN =
  /(?<comment>\/\*[\s\S]*?(?:\*\/|$)|--(?=\s|$)[^\n]*|#[^\n]*)|(?<literal>(?:\b(?:_[a-z0-9]+\s*|[nNxXbB]))?'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|\b0x[0-9a-f]+\b|\b0b[01]+\b|(?:\b\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?\b)|(?<quoted>`(?:[^`]|``)*(?:`|$))|(?<name>[\p{L}_$@][\p{L}\p{N}_$@]*|\b\d+[\p{L}_$][\p{L}\p{N}_$]*)|(?<operator>\.\.\.|[<>!=:&|]+|\S)/giu;

export function plainName(quoted: string): string {
  return quoted.replace(/^`|`$/g, '').replaceAll('``', '`');
}
