import type { Bytes } from './bytes.js';

const GROUP = 8;

/**
 * Small whole numbers as runs of equal ones and as groups of eight packed into `bits` each, whichever is shorter.
 * Source: "RLE/Bit-Packing Hybrid" of the Parquet specification.
 */
export function writeHybrid(out: Bytes, values: Int32Array, count: number, bits: number): void {
  let packedFrom = 0;
  let at = 0;
  while (at < count) {
    const run = runAt(values, count, at);
    if (run < GROUP) at += GROUP;
    else {
      writeGroups(out, values, packedFrom, at, count, bits);
      out.varint(run << 1);
      for (let shift = 0; shift < bits; shift += 8) out.byte(((values[at] as number) >> shift) & 0xff);
      at += run;
      packedFrom = at;
    }
  }
  writeGroups(out, values, packedFrom, at, count, bits);
}

function runAt(values: Int32Array, count: number, from: number): number {
  let to = from + 1;
  while (to < count && values[to] === values[from]) to += 1;
  return to - from;
}

/** Values from `from` to before `to`, whole groups of them; beyond `count` zeros fill the last. */
function writeGroups(
  out: Bytes,
  values: Int32Array,
  from: number,
  to: number,
  count: number,
  bits: number,
): void {
  if (to === from) return;
  out.varint((((to - from) / GROUP) << 1) | 1);
  let pending = 0;
  let width = 0;
  for (let at = from; at < to; at += 1) {
    // Up to 7 bits wait, so that values up to 2^24 fit; there are not as many different texts.
    pending |= (at < count ? (values[at] as number) : 0) << width;
    for (width += bits; width >= 8; width -= 8) {
      out.byte(pending & 0xff);
      pending >>>= 8;
    }
  }
}
