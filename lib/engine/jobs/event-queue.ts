/**
 * A bounded queue between a producer that never waits and a consumer that may be slow or absent. Of each type of progress event it keeps
 * only the newest; other events are few, and beyond `limit` the oldest is dropped.
 */
export class EventQueue<E extends { type: string }> {
  readonly #progress: ReadonlySet<string>;
  readonly #limit: number;
  #events: E[] = [];
  #ended = false;
  #failure: { error: unknown } | undefined;
  #waiting: (() => void)[] = [];

  /** `progress`: the event types of which only the newest matters. */
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

  /** Ends the queue. With a failure, the consumer gets the error after the events before it. */
  end(failure?: { error: unknown }): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#wake();
  }

  /** Returns the next event, or undefined when there are no more. An error is thrown only once. */
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

  // Looks back only to the last event that must stay: an older "sample" before an "image" belongs to that image.
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
