import { ArtistError } from './errors.ts';

/** A scheduled call. */
export interface Timer {
  /** Cancels the call. */
  cancel(): void;
}

/** The source of time for code that waits or writes dates. With another clock the same code runs through ninety days in a second. */
export interface Clock {
  /** Milliseconds since 1970 in UTC. Jumps in either direction when the clock is set. */
  now(): number;
  /** Milliseconds since an arbitrary moment; never goes back. For durations. */
  monotonic(): number;
  /** Calls once, after at least `milliseconds` of monotonic time. The limit of setTimeout() does not apply. */
  timer(milliseconds: number, call: () => void, options?: TimerOptions): Timer;
  /** Rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, options?: SleepOptions): Promise<void>;
}

export interface TimerOptions {
  /** true: the timer alone does not keep the process alive. Default false. */
  unref?: boolean;
}

export interface SleepOptions extends TimerOptions {
  signal?: AbortSignal | undefined;
}

/** setTimeout() takes a 32-bit count; more would fire at once. */
const longestTimeout = 2 ** 31 - 1;

function sleepOn(clock: Clock, milliseconds: number, { signal, unref = false }: SleepOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.timer(
      milliseconds,
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      { unref },
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}

class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  timer(milliseconds: number, call: () => void, { unref = false }: TimerOptions = {}): Timer {
    let handle: NodeJS.Timeout | undefined;
    const start = (left: number): void => {
      handle = left > longestTimeout ? setTimeout(() => start(left - longestTimeout), longestTimeout) : setTimeout(call, Math.max(0, left));
      if (unref) handle.unref();
    };
    start(milliseconds);
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(milliseconds: number, options?: SleepOptions): Promise<void> {
    return sleepOn(this, milliseconds, options);
  }
}

export const systemClock: Clock = new SystemClock();

interface Pending {
  at: number;
  order: number;
  call: () => void;
}

/** A clock that stands still until advance() is called. Timers run in order, each at its own time. */
export class VirtualClock implements Clock {
  #elapsed = 0;
  #start: number;
  #count = 0;
  readonly #pending = new Set<Pending>();

  /** @param start `now()` at the beginning, milliseconds since 1970 */
  constructor(start: number) {
    this.#start = start;
  }

  now(): number {
    return this.#start + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(milliseconds: number, call: () => void): Timer {
    const pending = { at: this.#elapsed + Math.max(0, milliseconds), order: this.#count++, call };
    this.#pending.add(pending);
    return { cancel: () => this.#pending.delete(pending) };
  }

  sleep(milliseconds: number, options?: SleepOptions): Promise<void> {
    return sleepOn(this, milliseconds, options);
  }

  /** Times at which timers are due, milliseconds since 1970. */
  get waiting(): number[] {
    return [...this.#pending].map(({ at }) => this.#start + at).sort((a, b) => a - b);
  }

  /** Simulates a change of the system clock: `now()` changes, timers and monotonic() do not. */
  jump(milliseconds: number): void {
    this.#start += milliseconds;
  }

  /**
   * Lets time pass. Before each timer and at the end it awaits `settle`, so that the work of earlier timers ends before time goes on. The
   * default suffices for work inside the process; for files and the like, pass a promise of that work.
   */
  async advance(milliseconds: number, settle: () => Promise<unknown> = turn): Promise<void> {
    if (!(milliseconds >= 0))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `advance: expected milliseconds of at least 0, got ${milliseconds}`);
    const end = this.#elapsed + milliseconds;
    for (;;) {
      await settle();
      const next = this.#first();
      if (!next || next.at > end) break;
      this.#pending.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.at);
      next.call();
    }
    this.#elapsed = Math.max(this.#elapsed, end);
  }

  #first(): Pending | undefined {
    let first: Pending | undefined;
    for (const one of this.#pending) if (!first || one.at < first.at || (one.at === first.at && one.order < first.order)) first = one;
    return first;
  }
}

/** Waits one turn of the event loop, so that settled promises have continued. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A time of a record, in milliseconds since 1970, as ISO 8601 in UTC; null stays null. */
export const isoTime = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());
