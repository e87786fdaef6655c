import { ArtistError } from '../../core/index.ts';
import { EventQueue } from './event-queue.ts';

/** The work of a run: gets the signal that stops it and a function to emit events, and settles when native work has ended. */
export type Work<R, E> = (signal: AbortSignal, emit: (event: E) => void) => Promise<R>;

export interface EventRunOptions<R, E extends { type: string }> {
  /** Name of the call, for messages. */
  name: string;
  work: Work<R, E>;
  /** Event types of which only the newest matters. */
  progress: ReadonlySet<E['type']>;
  /** Makes the last event. */
  done: (result: R) => E;
  signal: AbortSignal | undefined;
  onProgress: ((event: E) => void) | undefined;
}

/**
 * One call of a long job. It starts at once. Await it for the result, or loop over its events, or both.
 *
 * A loop sees the events from the beginning (only the newest of each kind of progress); the last event is `done`. If the run rejects, the
 * loop throws the same error. Leaving the loop early (`break`, `return`, a throw) cancels the job and continues when native work has
 * stopped; the run then rejects with ERR_ABORTED. There is one stream of events: two loops over the same run share it.
 */
export class EventRun<R, E extends { type: string }> implements PromiseLike<R>, AsyncIterable<E, void, undefined> {
  readonly #name: string;
  readonly #controller = new AbortController();
  readonly #queue: EventQueue<E>;
  readonly #promise: Promise<R>;
  readonly #watchers = new Set<(event: E) => void>();
  #settled = false;
  /** Resolves, and never rejects, when native work has ended. */
  readonly settled: Promise<void>;

  constructor({ name, work, progress, done, signal, onProgress }: EventRunOptions<R, E>) {
    this.#name = name;
    this.#queue = new EventQueue<E>(progress);
    const follow = (): void => this.#controller.abort(signal?.reason);
    if (signal?.aborted) follow();
    else signal?.addEventListener('abort', follow, { once: true });
    const emit = (event: E): void => {
      this.#queue.push(event);
      for (const watcher of this.#watchers) watcher(event);
      onProgress?.(event);
    };
    const settle = (): void => {
      this.#settled = true;
      signal?.removeEventListener('abort', follow);
    };
    const working = this.#work(work, emit, done);
    this.settled = working.then(settle, settle);
    // A derived promise without handlers: a failed call that the user neither awaits nor loops over becomes an unhandled rejection.
    this.#promise = working.then((result) => result);
  }

  async #work(work: Work<R, E>, emit: (event: E) => void, done: (result: R) => E): Promise<R> {
    try {
      const result = await work(this.#controller.signal, emit);
      emit(done(result));
      this.#queue.end();
      return result;
    } catch (error) {
      this.#queue.end({ error });
      throw error;
    }
  }

  /** Calls `watcher` with each further event; it must not throw. Unlike a loop it takes no event from others. @returns stops it */
  protected watch(watcher: (event: E) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Cancels the job. The run rejects with `reason` (default: ERR_ABORTED) when native work has ended. Does nothing once it has settled. */
  cancel(reason?: unknown): void {
    if (!this.#settled) this.#controller.abort(reason ?? new ArtistError('ERR_ABORTED', `${this.#name}: cancelled`));
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaitable by design, like execa's subprocess.
  then<A = R, B = never>(
    onResult?: ((result: R) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onResult, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<R | B> {
    return this.#promise.catch(onError);
  }

  finally(onSettled?: (() => void) | null): Promise<R> {
    return this.#promise.finally(onSettled);
  }

  [Symbol.asyncIterator](): AsyncIterator<E, void, undefined> {
    // The loop itself throws the failure, so the promise must not report it again as an unhandled rejection.
    this.#promise.catch(() => undefined);
    return {
      next: async () => {
        const value = await this.#queue.next();
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
      return: async () => {
        this.cancel(new ArtistError('ERR_ABORTED', `${this.#name}: cancelled, because the loop over its events was left early`));
        await this.settled;
        return { done: true, value: undefined };
      },
    };
  }

  get [Symbol.toStringTag](): string {
    return this.constructor.name;
  }
}
