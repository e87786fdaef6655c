export interface EarlyStopOptions {
  /** Validations in a row without improvement after which it stops. */
  patience: number;
  /** Share of the best loss by which a new one must be lower to count as an improvement. */
  minDelta: number;
}

/** Watches the validation loss: where it no longer falls, the LoRA learns its pictures by heart. */
export class EarlyStop {
  readonly #options: EarlyStopOptions;
  best = Number.POSITIVE_INFINITY;
  bestStep = 0;
  /** Validations since the best one. */
  since = 0;

  constructor(options: EarlyStopOptions) {
    this.#options = options;
  }

  /** Takes a validation in; true: it is time to stop. */
  add(step: number, loss: number): boolean {
    if (loss < this.best * (1 - this.#options.minDelta)) {
      this.best = loss;
      this.bestStep = step;
      this.since = 0;
      return false;
    }
    this.since++;
    return this.since >= this.#options.patience;
  }
}
