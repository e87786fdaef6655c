import type { WorkIndex } from './work-index.ts';

/** How long an index counts as current, milliseconds. */
const freshMs = 500;
/** How long a reader waits for changed folders to be read, milliseconds. */
const patienceMs = 200;

/**
 * Keeps an index fresh for many readers: at most every half second one of them compares it with the files; equal ones wait for that one. What takes
 * longer goes on in the background, while readers use the index as it is.
 */
export class Freshness {
  readonly #index: WorkIndex;
  readonly #warn: (message: string) => void;
  #checked = Number.NEGATIVE_INFINITY;
  #checking: Promise<void> | undefined;
  #scanning: Promise<void> | undefined;

  constructor(index: WorkIndex, warn: (message: string) => void) {
    this.#index = index;
    this.#warn = warn;
  }

  /** @throws ArtistError ERR_READ, if nothing could be read yet */
  async ensure(): Promise<void> {
    if (performance.now() - this.#checked < freshMs) return;
    this.#checking ??= this.#check().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #check(): Promise<void> {
    try {
      await this.#index.log.refresh();
      if (!(await this.#index.isCurrent())) await this.#scan();
    } catch (error) {
      if (this.#index.log.rows.size === 0) throw error;
      this.#failed(error);
    }
    this.#checked = performance.now();
  }

  async #scan(): Promise<void> {
    this.#scanning ??= this.#index
      .refresh()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#scanning = undefined;
      });
    let timer: NodeJS.Timeout | undefined;
    const enough = new Promise<void>((done) => {
      timer = setTimeout(done, patienceMs);
    });
    await Promise.race([this.#scanning, enough]);
    clearTimeout(timer);
  }

  #failed(error: unknown): void {
    this.#warn(`The gallery is shown as the index has it: ${error instanceof Error ? error.message : String(error)}`);
  }
}
