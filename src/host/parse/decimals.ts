const ZERO = 48;
const NINE = 57;

/**
 * The decimal numbers among the first bytes, in their order, into `found`. Texts and their parts are garbage, of a
 * thousand processes every second half a megabyte.
 */
export function decimals(bytes: Uint8Array, length: number, found: number[]): number[] {
  found.length = 0;
  let number = -1;
  for (let index = 0; index < length; index += 1) {
    const byte = bytes[index] as number;
    if (byte >= ZERO && byte <= NINE) number = (number < 0 ? 0 : number * 10) + byte - ZERO;
    else if (number >= 0) {
      found.push(number);
      number = -1;
    }
  }
  if (number >= 0) found.push(number);
  return found;
}
