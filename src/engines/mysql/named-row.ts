import type { NamedRow } from '../../core/lock-analyst.js';
import { shortHash } from './locks/resources.js';
import { plainName, TOKEN } from './tokens.js';

/** What a statement locks, as far as its text says. */
export interface Stated {
  /** The row of one table that it names by literals; null where it names none, several, or by parameters. */
  readonly row: NamedRow | null;
  /** It reads without locking rows. */
  readonly plainRead: boolean;
  /** The row is asked for, and may not be there. */
  readonly asked: boolean;
}

/** Longest text that is looked at: keys stand near the end of statements that are longer, or in lists. */
const MOST_CHARACTERS = 512;

/**
 * The row that is named by `WHERE column = literal [AND …]`, or by the only row of an INSERT. What the clauses do not
 * say plainly (OR, lists, ranges, functions, joins, sub-selects) is not guessed.
 */
export function statedBy(sql: string, schema: string | null): Stated {
  // Of a longer one the end is missing, where FOR UPDATE would be.
  if (sql.length >= MOST_CHARACTERS) return NOTHING;
  if (READING.test(sql) && !LOCKING.test(sql)) return { ...NOTHING, plainRead: true };
  const tokens = tokensOf(sql);
  const verb = word(tokens[0]);
  const inserts = verb === 'insert';
  const found = inserts ? inserted(tokens) : matched(tokens, verb);
  if (found === null) return NOTHING;
  return { row: rowOf(found, schema, inserts), plainRead: false, asked: verb === 'select' };
}

const NOTHING: Stated = { row: null, plainRead: false, asked: false };

export function namedRow(
  relation: string,
  columns: ReadonlyMap<string, number | string>,
  inserted: boolean,
): NamedRow {
  const named = [...columns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${value}`);
  return { relation, columns, inserted, key: `stated:${shortHash([relation, ...named].join('\0'))}` };
}

const LOCKING = /\b(for|lock|get_lock|into)\b/i;
/** Statements that lock no rows, but for the words above. */
const READING = /^\s*(?:\/\*[\s\S]*?\*\/\s*)*(?:select|set|show|use|savepoint|release)\b/i;
const BETWEEN_VERB_AND_TABLE = new Set(['low_priority', 'quick', 'ignore', 'delayed', 'high_priority']);

interface Token {
  readonly kind: 'name' | 'literal' | 'operator';
  readonly text: string;
}

interface Found {
  readonly table: readonly string[];
  readonly columns: ReadonlyMap<string, number | string>;
}

function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKEN)].flatMap(({ groups = {} }): Token[] => {
    const { literal, quoted, name, operator } = groups;
    if (literal !== undefined) return [{ kind: 'literal', text: literal }];
    if (quoted !== undefined) return [{ kind: 'name', text: plainName(quoted) }];
    if (name !== undefined) return [{ kind: 'name', text: name }];
    return operator === undefined || operator === ';' ? [] : [{ kind: 'operator', text: operator }];
  });
}

function word(token: Token | undefined): string {
  return token?.kind === 'name' ? token.text.toLowerCase() : '';
}

/** UPDATE t SET … WHERE, DELETE FROM t WHERE, SELECT … FROM t WHERE … FOR UPDATE. */
function matched(tokens: readonly Token[], verb: string): Found | null {
  const last = word(tokens.at(-1)) === 'update' && word(tokens.at(-2)) === 'for' ? -2 : undefined;
  if (verb === 'select' && last === undefined) return null;
  const body = tokens.slice(0, last);
  const start = verb === 'update' ? 1 : 1 + body.findIndex((token) => word(token) === 'from');
  if (start === 0 || !['update', 'delete', 'select'].includes(verb)) return null;
  const { table, next } = tableAt(body, start);
  const where = outermost(body, 'where');
  if (table === null || where < next) return null;
  // Between the table and what follows it there is an alias at most; a join or a list of tables is not looked through.
  const until = verb === 'update' ? outermost(body, 'set') : where;
  if (until < next || until - next > 2 || body.slice(next, until).some(({ kind }) => kind !== 'name'))
    return null;
  const columns = equalities(body.slice(where + 1));
  return columns === null ? null : { table, columns };
}

/** INSERT INTO t (a, b) VALUES (1, 2). */
function inserted(tokens: readonly Token[]): Found | null {
  const into = tokens.findIndex((token) => word(token) === 'into');
  const { table, next } = tableAt(tokens, into + 1);
  const values = tokens.findIndex((token) => word(token) === 'values');
  if (into < 0 || table === null || values < next) return null;
  const names = listed(tokens.slice(next, values));
  const all = listed(tokens.slice(values + 1));
  if (names === null || all === null || names.length !== all.length) return null;
  const columns = new Map<string, number | string>();
  for (const [index, name] of names.entries()) {
    const value = literalOf(all[index] ?? []);
    if (name.length === 1 && value !== null) columns.set(word(name[0]), value);
  }
  return columns.size === names.length ? { table, columns } : null;
}

function tableAt(tokens: readonly Token[], start: number) {
  let at = start;
  while (BETWEEN_VERB_AND_TABLE.has(word(tokens[at]))) at += 1;
  const [first, dot, second] = tokens.slice(at, at + 3);
  if (first?.kind !== 'name') return { table: null, next: at };
  if (dot?.text !== '.' || second?.kind !== 'name') return { table: [first.text], next: at + 1 };
  return { table: [first.text, second.text], next: at + 3 };
}

function outermost(tokens: readonly Token[], wanted: string): number {
  let depth = 0;
  return tokens.findIndex((token) => {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    return depth === 0 && word(token) === wanted;
  });
}

/** `a = 1 AND t.b = 'x' [LIMIT 1]`, whole; null for anything else. */
function equalities(tokens: readonly Token[]): Map<string, number | string> | null {
  const columns = new Map<string, number | string>();
  let rest = tokens;
  while (rest.length > 0) {
    const qualified = rest[1]?.text === '.';
    const column = rest[qualified ? 2 : 0];
    const after = rest.slice(qualified ? 3 : 1);
    const signed = after[1]?.text === '-' ? 3 : 2;
    const value = after[0]?.text === '=' ? literalOf(after.slice(1, signed)) : null;
    if (column?.kind !== 'name' || value === null) return null;
    columns.set(word(column), value);
    rest = after.slice(signed);
    if (word(rest[0]) === 'limit' && rest.length === 2) break;
    if (rest.length > 0 && word(rest[0]) !== 'and') return null;
    if (rest.length === 1) return null;
    rest = rest.slice(1);
  }
  return columns.size === 0 ? null : columns;
}

/** What stands between the commas of one pair of parentheses; null for more than that. */
function listed(tokens: readonly Token[]): Token[][] | null {
  if (tokens[0]?.text !== '(' || tokens.at(-1)?.text !== ')') return null;
  const items: Token[][] = [[]];
  for (const token of tokens.slice(1, -1)) {
    if (token.text === '(' || token.text === ')') return null;
    if (token.text === ',') items.push([]);
    else items.at(-1)?.push(token);
  }
  return items;
}

/** Whole numbers and plain words: of others the server's order is not ours. */
function literalOf(tokens: readonly Token[]): number | string | null {
  const negative = tokens.length === 2 && tokens[0]?.text === '-';
  const [literal] = negative ? tokens.slice(1) : tokens;
  if (literal?.kind !== 'literal' || tokens.length > (negative ? 2 : 1)) return null;
  if (/^\d{1,15}$/.test(literal.text)) return negative ? -Number(literal.text) : Number(literal.text);
  const [, plain] = /^'([0-9A-Za-z-]{1,64})'$/.exec(literal.text) ?? [];
  return plain === undefined || negative ? null : plain.toLowerCase();
}

function rowOf({ table, columns }: Found, schema: string | null, inserted: boolean): NamedRow | null {
  const relation = table.length === 2 ? table.join('.') : schema === null ? null : `${schema}.${table[0]}`;
  return relation === null ? null : namedRow(relation, columns, inserted);
}
