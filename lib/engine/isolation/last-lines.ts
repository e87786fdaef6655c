/** Keeps the last lines of a text stream: the last output of a dying process. */
export class LastLines {
  readonly #limit: number;
  #lines: string[] = [];
  #open = '';

  constructor(limit = 40) {
    this.#limit = limit;
  }

  /** Takes text in pieces of any size. A line is recorded when it is complete. */
  write(text: string): void {
    const lines = (this.#open + text).split(/\r?\n/);
    // Bounds the buffer for a process that never ends a line.
    this.#open = (lines.pop() ?? '').slice(-4096);
    for (const line of lines) this.add(line);
  }

  add(line: string): void {
    const text = line.trim();
    if (text === '' || this.#lines.at(-1) === text) return;
    this.#lines.push(text);
    if (this.#lines.length > this.#limit) this.#lines.shift();
  }

  /** All lines, oldest first, including an incomplete last one. */
  get lines(): string[] {
    const open = this.#open.trim();
    return open === '' ? [...this.#lines] : [...this.#lines, open];
  }
}
