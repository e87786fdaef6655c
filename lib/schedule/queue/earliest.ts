/** Calls something once, at the earliest of the times that were asked for. */
export class Earliest {
  readonly #call: () => void;
  #timer: NodeJS.Timeout | undefined;
  #at = Number.POSITIVE_INFINITY;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** Brings the call forward; a later time than the present one changes nothing. */
  within(milliseconds: number): void {
    const at = performance.now() + milliseconds;
    if (at >= this.#at) return;
    this.#at = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#call, milliseconds);
  }

  /** It is no longer called, whatever is asked for. */
  cancel(): void {
    this.#at = Number.NEGATIVE_INFINITY;
    clearTimeout(this.#timer);
  }
}
