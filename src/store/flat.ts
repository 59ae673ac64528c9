/** A row as DuckDB gives it: integers of 64 bits are bigint. */
export type Flat = Readonly<Record<string, unknown>>;

export function maybe(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value);
}

export function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
