import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ArtistError, entryFile } from '../../core/index.ts';
import type { IndexRows } from '../indexing/index-rows.ts';
import type { AnswerTo, Asking, Question } from '../search/searches.ts';
import type { Answered, Asked } from './messages.ts';

export interface SearchLimits {
  /** Questions that wait or are answered at a time. Default 64. */
  mostSearches?: number;
  /** How long a search may take, waiting included, milliseconds. Default 10 000. */
  searchMs?: number;
}

interface Waiting {
  resolve: (answer: unknown) => void;
  reject: (reason: unknown) => void;
  stop: Int32Array<SharedArrayBuffer>;
}

/** A thread that looks at no stop flag for so long, milliseconds, is ended and started again. */
const graceMs = 30_000;

/** Answers questions on a thread of its own, so that no search stops the event loop. It reads the index in shared memory. */
export class AskingThread implements Asking {
  readonly #index: () => IndexRows;
  readonly #most: number;
  readonly #searchMs: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #numbers = new WeakMap<IndexRows, number>();
  #worker: Worker | undefined;
  /** Whether the thread has started, which takes long on a busy machine. */
  #isReady = false;
  #count = 0;
  #indexes = 0;

  /** @param index the rows as they are now */
  constructor(index: () => IndexRows, { mostSearches = 64, searchMs = 10_000 }: SearchLimits = {}) {
    this.#index = index;
    this.#most = mostSearches;
    this.#searchMs = searchMs;
  }

  /**
   * @throws ArtistError ERR_BUSY: too many questions at once, or one that took too long; ERR_INVALID_ARGUMENT (query, vector), ERR_READ; the
   *   signal's reason
   */
  async ask<Q extends Question>(question: Q, signal?: AbortSignal): Promise<AnswerTo<Q>> {
    signal?.throwIfAborted();
    if (this.#waiting.size >= this.#most)
      throw new ArtistError('ERR_BUSY', `search: expected at most ${this.#most} searches at a time, got one more. Try again in a moment`);
    const id = this.#count++;
    const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const worker = this.#started();
    const late = (): void =>
      this.#giveUp(
        id,
        new ArtistError('ERR_BUSY', `search: expected an answer within ${this.#searchMs} ms. Use fewer conditions, or try later`),
      );
    const aborted = (): void => this.#giveUp(id, signal?.reason);
    const timer = setTimeout(late, this.#searchMs);
    signal?.addEventListener('abort', aborted, { once: true });
    try {
      return await new Promise<AnswerTo<Q>>((resolve, reject) => {
        this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, stop });
        worker.ref();
        worker.postMessage(this.#asked(id, question, stop));
      });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    }
  }

  /** Ends the thread. Questions that wait are rejected with ERR_ABORTED. */
  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#rejectAll(new ArtistError('ERR_ABORTED', 'search: the gallery was closed'));
    await worker?.terminate();
  }

  #asked(id: number, question: Question, stop: Int32Array<SharedArrayBuffer>): Asked {
    const rows = this.#index();
    const number = this.#numbers.get(rows) ?? this.#indexes++;
    this.#numbers.set(rows, number);
    return { id, question, index: { number, bytes: rows.bytes.buffer, length: rows.length }, stop: stop.buffer };
  }

  /** The asker gets its error at once; the thread sees the flag between two steps. */
  #giveUp(id: number, reason: unknown): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    Atomics.store(waiting.stop, 0, 1);
    waiting.reject(reason);
    const worker = this.#worker;
    setTimeout(() => {
      if (this.#isReady && this.#waiting.get(id) === waiting && this.#worker === worker) this.#restart('a search did not stop');
    }, graceMs).unref();
  }

  #restart(why: string): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
    this.#rejectAll(new ArtistError('ERR_BUSY', `search: ${why}, so the searches of this moment were given up. Try again`));
  }

  #rejectAll(error: ArtistError): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const file = entryFile('gallery/thread/search-thread');
    const isSource = file.endsWith('.ts');
    const worker = new Worker(isSource ? sourceProgram(file) : file, { name: 'gallery search', execArgv: [], eval: isSource });
    this.#isReady = false;
    worker.on('message', (answered: Answered | 'ready') => {
      if (this.#worker !== worker) return;
      if (answered === 'ready') this.#isReady = true;
      else this.#take(answered);
    });
    worker.on('error', (error) => {
      if (this.#worker === worker) this.#restart(`its thread ended: ${error instanceof Error ? error.message : String(error)}`);
    });
    this.#worker = worker;
    return worker;
  }

  #take({ id, answer, error }: Answered): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (error) waiting?.reject(new ArtistError(error.code, error.message));
    else waiting?.resolve(answer);
  }
}

/** A program that runs TypeScript source: on Node 20, tsx looks after the main thread only. */
function sourceProgram(file: string): string {
  const loader = JSON.stringify('tsx/esm/api');
  return `import(${loader}).then(({ register }) => (register(), import(${JSON.stringify(pathToFileURL(file).href)})))`;
}
