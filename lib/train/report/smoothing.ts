/**
 * A loss without its noise: exponential moving average with the bias of its start taken out (as in Adam, arXiv 1412.6980, section 3). The loss
 * of one step depends mostly on the noise levels it drew.
 */
export class Smoothed {
  #sum = 0;
  #weight = 0;
  readonly #decay: number;

  /** `decay` 0.98 looks back over about 50 values. */
  constructor(decay = 0.98) {
    this.#decay = decay;
  }

  /** Takes a value in and returns the average. */
  add(value: number): number {
    this.#sum = this.#decay * this.#sum + (1 - this.#decay) * value;
    this.#weight = this.#decay * this.#weight + (1 - this.#decay);
    return this.#sum / this.#weight;
  }

  /** What a continued run needs. */
  get state(): [sum: number, weight: number] {
    return [this.#sum, this.#weight];
  }

  set state([sum, weight]: readonly [number, number]) {
    this.#sum = sum;
    this.#weight = weight;
  }
}
