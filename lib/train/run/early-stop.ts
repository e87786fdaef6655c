export interface EarlyStopOptions {
  /** Number of validations in a row without improvement before the run stops. */
  patience: number;
  /** Minimum improvement, as a share of the best loss. */
  minDelta: number;
}

/** Watches the validation loss. When it no longer falls, the LoRA is overfitting. */
export class EarlyStop {
  readonly #options: EarlyStopOptions;
  best = Number.POSITIVE_INFINITY;
  bestStep = 0;
  /** Number of validations since the best one. */
  since = 0;

  constructor(options: EarlyStopOptions) {
    this.#options = options;
  }

  /** Adds a validation; returns true if the run should stop. */
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
