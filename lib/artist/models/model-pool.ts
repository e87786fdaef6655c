/** Keeps things that take long to load in memory for the next work. */
import { ArtistError, type Clock, isArtistError, systemClock, type Timer } from '../../core/index.ts';

/** A loaded thing in use. */
export interface Lease<T> {
  readonly thing: T;
  /** Ends this holder's use. May be called more than once. */
  release(): Promise<void>;
}

interface Entry<T> {
  loading: Promise<T>;
  users: number;
  timer?: Timer;
  /** Called when the last user releases the thing, if dispose() waits for that. */
  onFree?: () => void;
}

export interface WarmOptions {
  /** How long an unused thing stays, milliseconds. 0: not at all. Infinity: until dispose(). */
  keepMs: number;
  clock?: Clock;
}

/** Loaded things of one kind, by key. Only the last unused one stays in memory. */
export class Warm<T extends { dispose(): Promise<void> }> {
  readonly #keepMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry<T>>();
  #latest: string | undefined;
  #closed = false;

  constructor({ keepMs, clock = systemClock }: WarmOptions) {
    this.#keepMs = keepMs;
    this.#clock = clock;
  }

  /**
   * Leases the thing of that key, loading it first if necessary.
   *
   * @throws ArtistError ERR_DISPOSED after dispose(); every error of `load`
   */
  async acquire(key: string, load: () => Promise<T>): Promise<Lease<T>> {
    for (;;) {
      if (this.#closed) throw new ArtistError('ERR_DISPOSED', 'artist: it was disposed. Make another with createArtist()');
      this.#latest = key;
      await this.#dropIdle((other) => other !== key);
      if (this.#closed) continue; // disposed meanwhile
      const known = this.#entries.get(key);
      const entry = known ?? { loading: load(), users: 0 };
      if (!known) this.#entries.set(key, entry);
      entry.users++;
      entry.timer?.cancel();
      try {
        return this.#lease(key, entry, await entry.loading);
      } catch (error) {
        entry.users--;
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
        // Another caller's load failed, perhaps because it was cancelled: load it here.
        if (!known) throw error;
      }
    }
  }

  /** Frees the things that are not in use; true: there was at least one. */
  async dropIdle(): Promise<boolean> {
    return this.#dropIdle(() => true);
  }

  /** Frees everything; waits for the users of each thing to release it. */
  async dispose(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const entry of entries) {
      const { timer, loading } = entry;
      timer?.cancel();
      // A failed load has nothing to free, and its caller got the error.
      const thing = await loading.catch(() => undefined);
      if (entry.users > 0) await new Promise<void>((free) => (entry.onFree = free));
      await thing?.dispose();
    }
  }

  #lease(key: string, entry: Entry<T>, thing: T): Lease<T> {
    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      entry.users--;
      if (entry.users === 0) entry.onFree?.();
      if (entry.users > 0 || this.#entries.get(key) !== entry) return;
      if (this.#keepMs === 0 || this.#latest !== key) return void (await this.#drop(key, entry));
      if (this.#keepMs !== Number.POSITIVE_INFINITY)
        entry.timer = this.#clock.timer(this.#keepMs, () => this.#expire(key, entry), { unref: true });
    };
    return { thing, release: () => (released ??= release()) };
  }

  #expire(key: string, entry: Entry<T>): void {
    if (entry.users > 0 || this.#entries.get(key) !== entry) return;
    this.#drop(key, entry).catch((error: unknown) =>
      process.emitWarning(`What nobody used any more could not be freed: ${String(error)}`, { type: 'ArtistLeakWarning' }),
    );
  }

  async #dropIdle(which: (key: string) => boolean): Promise<boolean> {
    const idle = [...this.#entries].filter(([key, { users }]) => users === 0 && which(key));
    for (const [key, entry] of idle) await this.#drop(key, entry);
    return idle.length > 0;
  }

  async #drop(key: string, entry: Entry<T>): Promise<void> {
    this.#entries.delete(key);
    entry.timer?.cancel();
    await (await entry.loading).dispose();
  }
}

/** Loads something. When memory runs out, frees the idle things and tries once more. */
export async function withRoom<R>(idle: readonly { dropIdle(): Promise<boolean> }[], load: () => Promise<R>): Promise<R> {
  try {
    return await load();
  } catch (error) {
    if (!isArtistError(error, 'ERR_OUT_OF_MEMORY')) throw error;
    const freed = await Promise.all(idle.map((one) => one.dropIdle()));
    if (!freed.includes(true)) throw error;
    return load();
  }
}
