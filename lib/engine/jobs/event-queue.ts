/**
 * Events between a producer that never waits and a consumer that may be slow or absent. Bounded: of events that only tell how far
 * something is, the newest one of each kind is kept; the others are few by nature, and beyond `limit` the oldest gives way.
 */
export class EventQueue<E extends { type: string }> {
  readonly #progress: ReadonlySet<string>;
  readonly #limit: number;
  #events: E[] = [];
  #ended = false;
  #failure: { error: unknown } | undefined;
  #waiting: (() => void)[] = [];

  /** `progress`: the types of which only the newest counts. */
  constructor(progress: ReadonlySet<E['type']>, limit = 256) {
    this.#progress = progress;
    this.#limit = limit;
  }

  get length(): number {
    return this.#events.length;
  }

  push(event: E): void {
    if (this.#ended) return;
    if (this.#progress.has(event.type)) this.#dropStale(event.type);
    this.#events.push(event);
    if (this.#events.length > this.#limit) this.#events.shift();
    this.#wake();
  }

  /** No more events. With an error, the consumer gets it after the events before it. */
  end(failure?: { error: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#wake();
  }

  /** The next event, or undefined when there are no more. An error is thrown once. */
  async next(): Promise<E | undefined> {
    while (true) {
      const event = this.#events.shift();
      if (event) return event;
      if (this.#ended) {
        const failure = this.#failure;
        this.#failure = undefined;
        if (failure) throw failure.error;
        return undefined;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  // Only back to the last event that must stay: an older "sample" before an "image" belongs to that image.
  #dropStale(type: string): void {
    for (let index = this.#events.length - 1; index >= 0; index--) {
      const event = this.#events[index];
      if (!event || !this.#progress.has(event.type)) return;
      if (event.type === type) {
        this.#events.splice(index, 1);
        return;
      }
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
