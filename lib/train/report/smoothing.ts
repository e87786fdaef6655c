/**
 * Smooths a loss with a bias-corrected exponential moving average (as in Adam, arXiv 1412.6980, section 3). The loss of a single step
 * depends mostly on the noise levels it drew.
 */
export class Smoothed {
  #sum = 0;
  #weight = 0;
  readonly #decay: number;

  /** `decay` 0.98 averages over about 50 values. */
  constructor(decay = 0.98) {
    this.#decay = decay;
  }

  /** Adds a value and returns the average. */
  add(value: number): number {
    this.#sum = this.#decay * this.#sum + (1 - this.#decay) * value;
    this.#weight = this.#decay * this.#weight + (1 - this.#decay);
    return this.#sum / this.#weight;
  }

  /** State for a resumed run. */
  get state(): [sum: number, weight: number] {
    return [this.#sum, this.#weight];
  }

  set state([sum, weight]: readonly [number, number]) {
    this.#sum = sum;
    this.#weight = weight;
  }
}
