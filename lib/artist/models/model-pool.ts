/** What takes long to load, kept in memory for the next work. */
import { ArtistError, type Clock, isArtistError, systemClock, type Timer } from '../../core/index.ts';

/** A loaded thing in use. */
export interface Lease<T> {
  readonly thing: T;
  /** It is not used any more by this holder. */
  release(): Promise<void>;
}

interface Entry<T> {
  loading: Promise<T>;
  users: number;
  timer?: Timer;
  /** Told when the last user has gone, where somebody waits for it. */
  onFree?: () => void;
}

export interface WarmOptions {
  /** How long it stays when nobody uses it, milliseconds. 0: not at all. Infinity: until dispose(). */
  keepMs: number;
  clock?: Clock;
}

/** Things of one kind, by key. Of those that nobody uses, only the last one stays. */
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
   * The thing of that key, loaded where it is not there. Throws what `load` throws.
   *
   * @throws ArtistError ERR_DISPOSED
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
        // Somebody else's load failed, perhaps because it was cancelled: this one tries itself.
        if (!known) throw error;
      }
    }
  }

  /** Frees what nobody uses at the moment; true: there was something. */
  async dropIdle(): Promise<boolean> {
    return this.#dropIdle(() => true);
  }

  /** Frees everything, each thing when the last who uses it has released it. */
  async dispose(): Promise<void> {
    this.#closed = true;
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const entry of entries) {
      const { timer, loading } = entry;
      timer?.cancel();
      // What could not be loaded need not be freed: its user was told.
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

/** Loads something; where memory does not suffice, once more after what lies idle is freed. */
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
