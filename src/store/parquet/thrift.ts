import type { Bytes } from './bytes.js';

/** A value of Thrift's compact protocol, as far as Parquet's metadata needs it. Undefined fields are left out. */
export type Thrift =
  | { readonly i32: number }
  | { readonly i64: number }
  | { readonly text: string }
  | { readonly list: readonly Thrift[] }
  | { readonly struct: Fields };

/** By field number, ascending. */
export type Fields = readonly (readonly [id: number, value: Thrift | undefined])[];

export const i32 = (value: number): Thrift => ({ i32: value });
export const i64 = (value: number): Thrift => ({ i64: value });
export const text = (value: string): Thrift => ({ text: value });
export const list = (values: readonly Thrift[]): Thrift => ({ list: values });
export const struct = (...fields: Fields): Thrift => ({ struct: fields });

/** Source: "Thrift Compact protocol encoding" of the Apache Thrift specification. */
export function writeStruct(out: Bytes, fields: Fields): void {
  let last = 0;
  for (const [id, value] of fields) {
    if (value === undefined) continue;
    // All field numbers of Parquet's metadata that are written here are within 15 of the one before.
    out.byte(((id - last) << 4) | typeOf(value));
    writeValue(out, value);
    last = id;
  }
  out.byte(0);
}

function typeOf(value: Thrift): number {
  if ('i32' in value) return 5;
  if ('i64' in value) return 6;
  if ('text' in value) return 8;
  return 'list' in value ? 9 : 12;
}

function writeValue(out: Bytes, value: Thrift): void {
  if ('i32' in value) out.varint(zigzag(value.i32));
  else if ('i64' in value) out.varint(zigzag(value.i64));
  else if ('text' in value) {
    const bytes = Buffer.from(value.text);
    out.varint(bytes.length);
    out.append(bytes);
  } else if ('list' in value) writeList(out, value.list);
  else writeStruct(out, value.struct);
}

function writeList(out: Bytes, values: readonly Thrift[]): void {
  const [first] = values;
  const type = first === undefined ? 12 : typeOf(first);
  if (values.length < 15) out.byte((values.length << 4) | type);
  else {
    out.byte(0xf0 | type);
    out.varint(values.length);
  }
  for (const value of values) writeValue(out, value);
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}
