import { stat } from 'node:fs/promises';
import type { Clock } from '../core/index.ts';
import { describeStored, type StoredLora, storedLoras } from './store.ts';

/** How old the list may be before the folder is looked at again, milliseconds. */
const freshMs = 5000;

/**
 * The LoRAs of a home, for programs that ask often: kept in memory, and brought up to date in the background. Only files that are new or changed
 * are read again.
 */
export class LoraList {
  readonly #home: string;
  readonly #clock: Clock;
  #known = new Map<string, { stamp: string; lora: StoredLora }>();
  #at = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(home: string, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
  }

  /**
   * By name. A list that is older than five seconds is returned as it is, and renewed for the next call.
   *
   * @throws ArtistError ERR_READ, at the first call
   */
  async all(): Promise<StoredLora[]> {
    const isFirst = this.#at === Number.NEGATIVE_INFINITY;
    if (isFirst || this.#clock.monotonic() - this.#at > freshMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      if (isFirst) await this.#looking;
      else this.#looking.catch(() => undefined); // the list stays as it was; the next call tries again
    }
    return [...this.#known.values()].map(({ lora }) => lora);
  }

  async #look(): Promise<void> {
    const found = new Map<string, { stamp: string; lora: StoredLora }>();
    for (const [name, path] of await storedLoras(this.#home)) {
      const info = await stat(path).catch(() => undefined); // a dangling link: its description says so
      const stamp = `${info?.size}:${info?.mtimeMs}`;
      const before = this.#known.get(name);
      found.set(name, before?.stamp === stamp ? before : { stamp, lora: await describeStored(name, path) });
    }
    this.#known = found;
    this.#at = this.#clock.monotonic();
  }
}
