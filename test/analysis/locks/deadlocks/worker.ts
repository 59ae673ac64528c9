import type { Mix, MixStep, MixTemplate } from '../../../../bench/deadlocks/mixes.js';
import type { NamedRow, TransactionStep } from '../../../../src/core/lock-analyst.js';

export type SimulatedEngine = 'postgresql' | 'mysql';

export interface Held {
  readonly resource: string;
  /** Shared, exclusive, a gap, an insert into one. */
  readonly mode: 'S' | 'X' | 'G' | 'I';
  readonly step: MixStep;
}

/** One session of the toy server. Times are ms since the start. */
export interface Worker {
  readonly id: string;
  template: MixTemplate;
  keys: readonly number[];
  step: number;
  /** `think`: in a transaction, between statements. */
  state: 'idle' | 'think' | 'wait';
  transactionAt: number;
  statementAt: number;
  waitAt: number;
  held: Held[];
  done: MixStep[];
  wants: Held | null;
  dueAt: number;
  transaction: number;
  /** PostgreSQL: given with the first row that is asked for. */
  xid: number | null;
}

export const START = 1_700_000_000_000;

export function newWorker(index: number, mix: Mix, dueAt: number): Worker {
  return {
    id: String(100 + index),
    template: mix.templates[0] as MixTemplate,
    keys: [],
    step: 0,
    state: 'idle',
    transactionAt: 0,
    statementAt: 0,
    waitAt: 0,
    held: [],
    done: [],
    wants: null,
    dueAt,
    transaction: 0,
    xid: null,
  };
}

/** Those who hold what the worker wants. */
export function blockersOf({ wants, id }: Worker, workers: readonly Worker[]): Worker[] {
  if (wants === null) return [];
  return workers.filter(
    (other) =>
      other.id !== id &&
      other.held.some(({ resource, mode }) => resource === wants.resource && conflicts(mode, wants.mode)),
  );
}

function conflicts(held: Held['mode'], wanted: Held['mode']): boolean {
  if (wanted === 'G') return false;
  if (wanted === 'I') return held === 'G' || held === 'X';
  if (held === 'G') return false;
  return held === 'X' || wanted === 'X';
}

export function lockOf(step: MixStep, keys: readonly number[], engine: SimulatedEngine): Held {
  return { resource: resourceOf(step, keys), mode: modeOf(step, engine), step };
}

function modeOf({ how, on }: MixStep, engine: SimulatedEngine): Held['mode'] {
  if (how === 'share' || how === 'child') return 'S';
  if (how === 'probe') return engine === 'mysql' ? 'G' : 'S';
  return how === 'insert' && engine === 'mysql' && on === 'g' ? 'I' : 'X';
}

function resourceOf({ on, how, parent, key }: MixStep, keys: readonly number[]): string {
  // Keys that are not there lie in gaps, several in each.
  if (on === 'g') return `g/${(keys[key] ?? 0) % 60}`;
  const row = key < 8 ? keys[key] : how === 'insert' ? keys[7] : 0;
  return `${relationOf({ on, how, key, ...(parent === undefined ? {} : { parent }) })}/${row}`;
}

/** What the texts of MySQL's history say, as the load of the benchmark writes them. */
export function statedBy(
  { on, how, parent, key }: MixStep,
  keys: readonly number[],
): Pick<TransactionStep, 'row' | 'shares' | 'plainRead'> {
  if (how === 'gate' || how === 'share') return { row: null, shares: [], plainRead: false };
  const id = key < 8 ? (keys[key] ?? 0) : how === 'insert' ? (keys[7] ?? 0) : 0;
  const row = rowOf(on, how === 'child' ? 'v' : 'id', id, how === 'insert' || how === 'child');
  if (how === 'probe') return { row: null, shares: [row], plainRead: true };
  return { row, shares: parent === undefined ? [] : [rowOf(parent, 'id', id, false)], plainRead: false };
}

function rowOf(relation: string, column: string, id: number, inserted: boolean): NamedRow {
  return { relation, columns: new Map([[column, id]]), key: `stated:${relation}/${column}=${id}`, inserted };
}

export function digestOf({ on, how, variant }: MixStep): string {
  return `${how} ${on}${variant === undefined ? '' : ` ${variant}`}`;
}

export function relationOf({ on, how, parent }: MixStep): string {
  return how === 'child' && parent !== undefined ? parent : on;
}
