const idBytes = 26;
const latin = new TextDecoder('latin1');

export const idAt = (bytes: Uint8Array, index: number): string => latin.decode(bytes.subarray(index * idBytes, (index + 1) * idBytes));

/** FNV-1a. */
function hashAt(bytes: Uint8Array, from: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + idBytes; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash >>> 0;
}

/** Finds works by their ids as bytes. A Map of 100,000 texts would take a tenth of a second to make; this takes a few milliseconds. */
export class IdTable {
  readonly #bytes: Uint8Array;
  readonly #count: number;
  #slots: Int32Array | undefined;

  constructor(bytes: Uint8Array, count: number) {
    this.#bytes = bytes;
    this.#count = count;
  }

  /** Index of the id that lies at `from` in other bytes; -1: it is not among them. */
  indexOf(bytes: Uint8Array, from: number): number {
    this.#slots ??= this.#made();
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashAt(bytes, from) & mask; ; slot = (slot + 1) & mask) {
      const index = slots[slot] as number;
      if (index < 0 || this.#isAt(index, bytes, from)) return index;
    }
  }

  #isAt(index: number, bytes: Uint8Array, from: number): boolean {
    const own = index * idBytes;
    // Ids that were made in one second differ at their end.
    for (let at = idBytes - 1; at >= 0; at--) if (this.#bytes[own + at] !== bytes[from + at]) return false;
    return true;
  }

  #made(): Int32Array {
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * this.#count + 2))).fill(-1);
    const mask = slots.length - 1;
    for (let index = 0; index < this.#count; index++) {
      let slot = hashAt(this.#bytes, index * idBytes) & mask;
      while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
      slots[slot] = index;
    }
    return slots;
  }
}
