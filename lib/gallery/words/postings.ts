/** Up to this many rows are kept in a plain array: a typed array of its own costs more than that. */
const few = 16;

/** The rows that have something, in ascending order: four bytes for each, eight while there are few. */
export class Postings {
  count = 0;
  #list: number[] | Uint32Array<ArrayBuffer> = [];

  /** Adds a row, which is none before the last one. */
  add(row: number): void {
    const { count } = this;
    if (count > 0 && this.#list[count - 1] === row) return;
    if (count >= few && count >= this.#list.length) {
      const larger = new Uint32Array(Math.ceil(count * 1.5));
      larger.set(this.#list);
      this.#list = larger;
    }
    this.#list[count] = row;
    this.count++;
  }

  /** Sets the places of all rows. */
  mark(marks: Uint8Array): void {
    const list = this.#list;
    for (let at = 0; at < this.count; at++) marks[list[at] as number] = 1;
  }

  /** Sets the places that are `before` to the next number. */
  step(marks: Uint8Array, before: number): void {
    const list = this.#list;
    for (let at = 0; at < this.count; at++) {
      const row = list[at] as number;
      if (marks[row] === before) marks[row] = before + 1;
    }
  }

  /** How many of the places of its rows are set. */
  among(marks: Uint8Array): number {
    const list = this.#list;
    let found = 0;
    for (let at = 0; at < this.count; at++) if (marks[list[at] as number] === 1) found++;
    return found;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let at = 0; at < this.count; at++) yield this.#list[at] as number;
  }
}
