/** A stored column: its name, Parquet type, and how it comes from a row. Null is unknown. */
export interface Column<Row> {
  readonly name: string;
  readonly type: 'STRING' | 'INT32' | 'INT64' | 'DOUBLE' | 'BOOLEAN';
  value(row: Row): string | number | boolean | null;
}

export const text = <Row>(name: string, value: (row: Row) => string | null): Column<Row> => ({
  name,
  type: 'STRING',
  value,
});
export const small = <Row>(name: string, value: (row: Row) => number | null): Column<Row> => ({
  name,
  type: 'INT32',
  value,
});
export const big = <Row>(name: string, value: (row: Row) => number | null): Column<Row> => ({
  name,
  type: 'INT64',
  value,
});
export const real = <Row>(name: string, value: (row: Row) => number | null): Column<Row> => ({
  name,
  type: 'DOUBLE',
  value,
});
export const flag = <Row>(name: string, value: (row: Row) => boolean): Column<Row> => ({
  name,
  type: 'BOOLEAN',
  value,
});
