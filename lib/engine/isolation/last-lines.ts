/** The last lines of a stream of text: what a dying process said. */
export class LastLines {
  readonly #limit: number;
  #lines: string[] = [];
  #open = '';

  constructor(limit = 40) {
    this.#limit = limit;
  }

  /** Text in pieces of any size; a line counts when it is complete, or at the end. */
  write(text: string): void {
    const lines = (this.#open + text).split(/\r?\n/);
    // A process that prints without ever ending a line must not grow this.
    this.#open = (lines.pop() ?? '').slice(-4096);
    for (const line of lines) this.add(line);
  }

  add(line: string): void {
    const text = line.trim();
    if (text === '' || this.#lines.at(-1) === text) return;
    this.#lines.push(text);
    if (this.#lines.length > this.#limit) this.#lines.shift();
  }

  /** Oldest first. */
  get lines(): string[] {
    const open = this.#open.trim();
    return open === '' ? [...this.#lines] : [...this.#lines, open];
  }
}
