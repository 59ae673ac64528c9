import type { Mix, MixStep } from './mixes.js';

export type BenchEngine = 'postgresql' | 'mysql';

/** Columns by which statements on one table are different texts, and so different digests. */
const VARIANTS = ['v', 'x', 'y', 'z', 'debit', 'credit', 'upgrade'];
/** Tables that only grow; nobody waits in them. */
const GROWING = new Set(['log', 'orders', 'history', 'child']);
/** Keys of table `g` lie this many to a gap. */
const GAP = 100;

/** A schema (MySQL: a database) for each mix, so that several run at once without meeting. */
export function schemaOf({ name }: Mix): string {
  return `mix_${name.replaceAll('-', '_')}`;
}

export function setupOf(mix: Mix, rows: number, engine: BenchEngine): string[] {
  const schema = schemaOf(mix);
  const columns = VARIANTS.map((name) => `${name} int NOT NULL DEFAULT 0`).join(', ');
  const numbers =
    engine === 'postgresql'
      ? `SELECT i FROM generate_series(-1, ${rows}) AS i`
      : `WITH RECURSIVE n (i) AS (SELECT -1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n`;
  const steps = mix.templates.flatMap((template) => template.steps);
  const tables = [...new Set(steps.map(({ on }) => on).filter((on) => on !== 'advisory'))];
  const parent = steps.find((step) => step.parent !== undefined)?.parent;
  const plain = tables.filter((on) => !GROWING.has(on));
  return [
    `CREATE SCHEMA ${schema}`,
    ...plain.flatMap((on) => [
      `CREATE TABLE ${schema}.${on} (id int PRIMARY KEY, ${columns})`,
      ...(on === 'u' ? [] : [`INSERT INTO ${schema}.${on} (id) ${on === 'g' ? gaps(numbers) : numbers}`]),
    ]),
    ...tables
      .filter((on) => GROWING.has(on))
      .map((on) => {
        const key = engine === 'postgresql' ? 'bigint GENERATED ALWAYS AS IDENTITY' : 'bigint AUTO_INCREMENT';
        const reference =
          on === 'child'
            ? `, CONSTRAINT child_parent FOREIGN KEY (v) REFERENCES ${schema}.${parent} (id)`
            : '';
        return `CREATE TABLE ${schema}.${on} (id ${key} PRIMARY KEY, v int${reference})`;
      }),
  ];
}

function gaps(numbers: string): string {
  return `SELECT i * ${GAP} FROM (${numbers}) AS all_numbers`;
}

/** One statement with `?` for its only parameter (PostgreSQL: `$1`). */
export function statementOf(mix: Mix, { on, how, variant }: MixStep, engine: BenchEngine): string {
  const table = `${schemaOf(mix)}.${on}`;
  const column = variant === undefined ? 'v' : variant === 'lock' ? 'z' : variant;
  const p = engine === 'postgresql' ? '$1' : '?';
  switch (how) {
    case 'gate':
      return engine === 'postgresql' ? `SELECT pg_advisory_xact_lock(${p})` : `SELECT GET_LOCK(${p}, 100)`;
    case 'share':
      return `SELECT id FROM ${table} WHERE id = ${p} FOR SHARE`;
    case 'probe':
      return `SELECT id FROM ${table} WHERE id = ${p} FOR UPDATE`;
    case 'child':
      return `INSERT INTO ${table} (v) VALUES (${p})`;
    case 'insert':
      return `INSERT INTO ${table} (${GROWING.has(on) ? 'v' : 'id'}) VALUES (${p})`;
    default:
      // PostgreSQL's plain UPDATE does not conflict with the lock of a foreign key's check; FOR UPDATE does.
      if (column === 'upgrade' && engine === 'postgresql')
        return `SELECT upgrade FROM ${table} WHERE id = ${p} FOR UPDATE`;
      return `UPDATE ${table} SET ${column} = ${column} + 1 WHERE id = ${p}`;
  }
}

export function parameterOf({ on, how, key }: MixStep, keys: readonly number[], mix: Mix): number | string {
  if (how === 'gate') return mix.templates.length * 7 + mix.name.length;
  if (on === 'g') {
    const wanted = keys[key] ?? 0;
    return (wanted % 60) * GAP + 1 + (Math.floor(wanted / 60) % (GAP - 2));
  }
  if (key < 8) return keys[key] ?? 0;
  return how === 'insert' ? (keys[7] ?? 0) : 0;
}

/** What was inserted under a key of others is taken back, so that the key is free again. */
export function endOf(template: { readonly steps: readonly MixStep[] }): 'COMMIT' | 'ROLLBACK' {
  return template.steps.some(({ how, on }) => how === 'insert' && !GROWING.has(on)) ? 'ROLLBACK' : 'COMMIT';
}
