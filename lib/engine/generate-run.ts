import { ArtistError } from '../core/index.ts';
import { EventQueue } from './event-queue.ts';
import { type GenerateEvent, progressTypes } from './events.ts';
import type { GenerateResult } from './generate.ts';

/** What paints behind a run: gets the signal that stops it and a place for its events, and settles when native work has ended. */
export type Painter = (signal: AbortSignal, emit: (event: GenerateEvent) => void) => Promise<GenerateResult>;

/**
 * One call of generate(), begun when it is made. Await it for the result, or loop over its events, or both:
 *
 *     for await (const event of model.generate({ prompt })) if (event.type === 'sample') draw(event.step / event.steps);
 *
 * A loop sees the events from the beginning (of progress only the newest), the last one is `done`. It throws what the run rejects with.
 * Leaving the loop early (`break`, `return`, a throw) cancels the job and goes on when the engine has stopped; the run then rejects with
 * ERR_ABORTED. There is one stream of events: two loops over the same run share it.
 */
export class GenerateRun implements PromiseLike<GenerateResult>, AsyncIterable<GenerateEvent, void, undefined> {
  readonly #controller = new AbortController();
  readonly #queue = new EventQueue<GenerateEvent>(progressTypes);
  readonly #promise: Promise<GenerateResult>;
  #settled = false;
  /** Resolves, and never rejects, when native work has ended. */
  readonly settled: Promise<void>;

  /** Made by model.generate(). */
  constructor(paint: Painter, signal: AbortSignal | undefined, onProgress: ((event: GenerateEvent) => void) | undefined) {
    const follow = (): void => this.#controller.abort(signal?.reason);
    if (signal?.aborted) follow();
    else signal?.addEventListener('abort', follow, { once: true });
    const emit = (event: GenerateEvent): void => {
      this.#queue.push(event);
      onProgress?.(event);
    };
    const settle = (): void => {
      this.#settled = true;
      signal?.removeEventListener('abort', follow);
    };
    const work = this.#paint(paint, emit);
    this.settled = work.then(settle, settle);
    // Nobody listens to this one unless the user does: a failed call that is neither awaited nor looped over is an unhandled rejection.
    this.#promise = work.then((result) => result);
  }

  async #paint(paint: Painter, emit: (event: GenerateEvent) => void): Promise<GenerateResult> {
    try {
      const result = await paint(this.#controller.signal, emit);
      emit({ type: 'done', result });
      this.#queue.end();
      return result;
    } catch (error) {
      this.#queue.end({ error });
      throw error;
    }
  }

  /** Cancels the job. The run rejects with `reason` (default: ERR_ABORTED) when native work has ended. Does nothing afterwards. */
  cancel(reason?: unknown): void {
    if (!this.#settled) this.#controller.abort(reason ?? new ArtistError('ERR_ABORTED', 'generate: cancelled'));
  }

  // biome-ignore lint/suspicious/noThenProperty: a run is awaitable by design, like execa's subprocess.
  then<A = GenerateResult, B = never>(
    onResult?: ((result: GenerateResult) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#promise.then(onResult, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<GenerateResult | B> {
    return this.#promise.catch(onError);
  }

  finally(onSettled?: (() => void) | null): Promise<GenerateResult> {
    return this.#promise.finally(onSettled);
  }

  [Symbol.asyncIterator](): AsyncIterator<GenerateEvent, void, undefined> {
    // The loop itself reports a failure: the promise that nobody awaits must not report it a second time.
    this.#promise.catch(() => undefined);
    return {
      next: async () => {
        const value = await this.#queue.next();
        return value === undefined ? { done: true, value: undefined } : { done: false, value };
      },
      return: async () => {
        this.cancel(new ArtistError('ERR_ABORTED', 'generate: cancelled, because the loop over its events was left early'));
        await this.settled;
        return { done: true, value: undefined };
      },
    };
  }

  get [Symbol.toStringTag](): string {
    return 'GenerateRun';
  }
}
