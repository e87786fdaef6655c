import { tellEngineLine } from '../../core/index.ts';
import type { NativeEvent, NativeJob } from '../addon/native-types.ts';
import type { EngineProcess } from './engine-process.ts';
import { engineError, type IsolatedEngine } from './isolated-engine.ts';
import type { Call, Results } from './protocol.ts';

type Listener = (event: NativeEvent) => void;
type LoadCall = Extract<Call, { method: 'loadModel' | 'loadUpscaler' | 'loadClip' }>;
type Info<L extends LoadCall> = Results[L['method']];

const names = { loadModel: 'model', loadUpscaler: 'upscaler', loadClip: 'CLIP model' } as const;

/** Where a model lives: which child, under which id, and its load in that child while it runs. */
interface Home<L extends LoadCall> {
  process: EngineProcess;
  id: number;
  job: NativeJob<Info<L>>;
  resident: boolean;
  /** Jobs that wait for the load. When the last of them is cancelled, so is the load. */
  waiting: number;
}

/** Something loaded in the child, with the request that loads it again after the child died. */
export class Remembered<L extends LoadCall> {
  readonly #engine: IsolatedEngine;
  readonly #load: L;
  #home: Home<L> | undefined;
  #disposed = false;

  constructor(engine: IsolatedEngine, load: L) {
    this.#engine = engine;
    this.#load = load;
  }

  /** Loads it for the first time. */
  load(onEvent: Listener): NativeJob<Info<L>> {
    return this.#engine.retrying(() => this.#settle(onEvent).job);
  }

  /** A job on it; loads it first where the child is a new one. Throws ERR_DISPOSED after dispose(). */
  run<C extends Call>(makeCall: (target: number) => C, onEvent: Listener): NativeJob<Results[C['method']]> {
    if (this.#disposed) throw engineError('ERR_DISPOSED', `The ${names[this.#load.method]} was disposed`);
    return this.#engine.retrying(() => {
      const home = this.#living();
      return home?.resident ? home.process.call(makeCall(home.id), onEvent) : this.#after(home ?? this.#settle(onEvent), makeCall, onEvent);
    });
  }

  dispose(): NativeJob<void> {
    const home = this.#living();
    this.#disposed = true;
    this.#home = undefined;
    return { promise: home ? this.#free(home) : Promise.resolve(), cancel: () => undefined };
  }

  async #free(home: Home<L>): Promise<void> {
    if (!home.resident) {
      home.job.cancel();
      const loaded = await home.job.promise.then(
        () => true,
        () => false, // whoever waits for the load hears why
      );
      if (!loaded) return;
    }
    try {
      await home.process.call({ method: 'dispose', target: home.id }).promise;
    } catch (error) {
      // A dead child took the weights with it.
      if (!home.process.dead) throw error;
    }
  }

  #living(): Home<L> | undefined {
    return this.#home && !this.#home.process.dead ? this.#home : undefined;
  }

  #settle(onEvent: Listener): Home<L> {
    const process = this.#engine.current();
    const job = process.call(this.#load, onEvent);
    const home: Home<L> = { process, id: job.id, job: job as NativeJob<Info<L>>, resident: false, waiting: 0 };
    this.#home = home;
    job.promise.then(
      () => {
        home.resident = true;
      },
      () => {
        if (this.#home === home) this.#home = undefined;
      },
    );
    return home;
  }

  #after<C extends Call>(home: Home<L>, makeCall: (target: number) => C, onEvent: Listener): NativeJob<Results[C['method']]> {
    let cancelled = false;
    let job: NativeJob<Results[C['method']]> | undefined;
    home.waiting++;
    const follow = async (): Promise<Results[C['method']]> => {
      await home.job.promise;
      if (cancelled) throw engineError('ERR_ABORTED', 'The operation was aborted');
      job = home.process.call(makeCall(home.id), onEvent);
      return job.promise;
    };
    return {
      promise: follow(),
      cancel: () => {
        if (cancelled) return;
        cancelled = true;
        home.waiting--;
        if (job) {
          job.cancel();
        } else if (home.waiting === 0) {
          if (this.#home === home) this.#home = undefined; // a call that comes now begins a load of its own
          // Also where the load ended before the child heard of it: the weights would stay there for ever.
          this.#free(home).catch((error: unknown) => tellEngineLine('warn', `a model loaded in vain stays in memory: ${String(error)}`));
        }
      },
    };
  }
}
