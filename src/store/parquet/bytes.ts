/** Bytes that grow at their end. Numbers are little-endian, as Parquet and the machines that Node runs on have them. */
export class Bytes {
  #all: Buffer;
  length = 0;

  constructor(room = 64 * 1024) {
    this.#all = Buffer.allocUnsafe(room);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#all[this.length++] = value;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.length = this.#all.writeUInt32LE(value, this.length);
  }

  /** Seven bits a byte, the lowest first; up to 2^53. */
  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.byte((rest % 0x80) + 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.byte(rest);
  }

  /** The text's UTF-8 after its length in four bytes. */
  sized(text: string): void {
    this.#reserve(4 + 3 * text.length);
    const size = this.#all.write(text, this.length + 4);
    this.#all.writeUInt32LE(size, this.length);
    this.length += 4 + size;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#all.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The first `count` numbers of an array, as the machine holds them. */
  numbers(array: Int32Array | Float64Array, count: number): void {
    this.append(new Uint8Array(array.buffer, array.byteOffset, count * array.BYTES_PER_ELEMENT));
  }

  /** What is there now; writing on, or anew after `clear`, changes it. */
  view(): Uint8Array {
    return this.#all.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#all.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#all.length, this.length + more));
    larger.set(this.view());
    this.#all = larger;
  }
}
