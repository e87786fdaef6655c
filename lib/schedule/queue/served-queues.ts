import { hostname } from 'node:os';
import { BullQueue } from './bull-queue.ts';
import { oldForm } from './bull-task.ts';
import type { Json, QueueWorker, TaskHandler, WorkerOptions } from './types.ts';

const lookMs = 1000;

/** A semaphore: lets a fixed number of callers proceed, in the order of their calls. */
class Turns {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  async take<R>(work: () => Promise<R>): Promise<R> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

/** Stands for the queue of versions that did not name homes; no current queue has an empty name. */
const oldQueue = '';

export interface ServeOptions {
  /** Address of Redis. */
  url: string;
  /** Only the queue of this name. Default: every queue in that Redis, including later ones. */
  name?: string | undefined;
  /** Also tasks that an earlier version left in its queue. */
  old?: boolean;
}

/** A worker for several queues in one Redis, with the same total of parallel tasks as a worker for one. */
export class ServedQueues implements QueueWorker {
  readonly name: string;
  readonly #root: BullQueue;
  readonly #serve: ServeOptions;
  readonly #handler: TaskHandler;
  readonly #options: WorkerOptions;
  readonly #turns: Turns;
  readonly #served = new Map<string, { queue: BullQueue; worker: QueueWorker }>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  private constructor(root: BullQueue, serve: ServeOptions, handler: TaskHandler, options: WorkerOptions) {
    this.name = options.name ?? `${hostname()}-${process.pid}`;
    this.#root = root;
    this.#serve = serve;
    this.#handler = handler;
    this.#options = { ...options, name: this.name };
    this.#turns = new Turns(options.concurrency ?? 1);
  }

  /**
   * Serves the present queues and keeps looking for new ones.
   *
   * @throws ArtistError every error of openQueue() and TaskQueue.work()
   */
  static async start(serve: ServeOptions, handler: TaskHandler, options: WorkerOptions = {}): Promise<ServedQueues> {
    const served = new ServedQueues(await BullQueue.open({ url: serve.url }), serve, handler, options);
    try {
      await served.#look();
    } catch (error) {
      await served.stop();
      throw error;
    }
    served.#timer = setInterval(() => {
      served.#looking = served.#looking.then(() => served.#look()).catch((error: unknown) => options.onEvent?.({ type: 'trouble', error }));
    }, lookMs);
    return served;
  }

  /** Settings of this Redis that may lose tasks; see TaskQueue.warnings(). */
  warnings(): Promise<string[]> {
    return this.#root.warnings();
  }

  /** A task in one of the served queues; undefined if it is in none. */
  async lookUp(id: string): Promise<{ settled: Json | undefined } | undefined> {
    for (const { queue } of this.#served.values()) {
      if (await queue.get(id)) return { settled: await queue.settled(id) };
    }
    return undefined;
  }

  async #wanted(): Promise<string[]> {
    const { name, old } = this.#serve;
    const names = name === undefined ? await this.#root.names() : [name];
    return old === true && (await this.#root.hasOldQueue()) ? [...names, oldQueue] : names;
  }

  async #look(): Promise<void> {
    for (const name of await this.#wanted()) {
      if (this.#served.has(name) || this.#stopped) continue;
      const { url } = this.#serve;
      const queue = await BullQueue.open(name === oldQueue ? { url, form: oldForm } : { url, name });
      const worker = await queue.work((task) => this.#turns.take(() => this.#handler(task)), this.#options);
      this.#served.set(name, { queue, worker });
    }
  }

  stop(withinMs?: number): Promise<void> {
    // A further call may shorten the time.
    if (this.#stopped) for (const { worker } of this.#served.values()) void worker.stop(withinMs);
    this.#stopped ??= this.#end(withinMs);
    return this.#stopped;
  }

  async #end(withinMs: number | undefined): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    const served = [...this.#served.values()];
    await Promise.all(served.map(({ worker }) => worker.stop(withinMs)));
    await Promise.all([this.#root, ...served.map(({ queue }) => queue)].map((queue) => queue.close()));
  }
}
