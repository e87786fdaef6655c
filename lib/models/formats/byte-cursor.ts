/** Thrown when a cursor is asked for more bytes than it holds: the caller reads more of the file and starts again. */
export class OutOfBytes extends Error {}

/** Reads little-endian values one after the other. */
export class ByteCursor {
  position = 0;
  readonly #buffer: Buffer;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  skip(length: number): number {
    const start = this.position;
    if (!(length <= this.#buffer.length - start)) throw new OutOfBytes();
    this.position = start + length;
    return start;
  }

  text(length: number): string {
    const start = this.skip(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  u8(): number {
    return this.#buffer.readUInt8(this.skip(1));
  }

  i8(): number {
    return this.#buffer.readInt8(this.skip(1));
  }

  u16(): number {
    return this.#buffer.readUInt16LE(this.skip(2));
  }

  i16(): number {
    return this.#buffer.readInt16LE(this.skip(2));
  }

  u32(): number {
    return this.#buffer.readUInt32LE(this.skip(4));
  }

  i32(): number {
    return this.#buffer.readInt32LE(this.skip(4));
  }

  f32(): number {
    return this.#buffer.readFloatLE(this.skip(4));
  }

  f64(): number {
    return this.#buffer.readDoubleLE(this.skip(8));
  }

  /** Above 2^53 the nearest double; every caller compares with a file size first. */
  u64(): number {
    return Number(this.#buffer.readBigUInt64LE(this.skip(8)));
  }

  i64(): number {
    return Number(this.#buffer.readBigInt64LE(this.skip(8)));
  }
}
