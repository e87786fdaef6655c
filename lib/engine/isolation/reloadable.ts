import { tellEngineLine } from '../../core/index.ts';
import type { NativeEvent } from '../addon/native-events.ts';
import type { NativeJob } from '../addon/native-types.ts';
import type { EngineProcess } from './engine-process.ts';
import { engineError, type IsolatedEngine } from './isolated-engine.ts';
import type { Call, Results } from './protocol.ts';

type Listener = (event: NativeEvent) => void;
type LoadCall = Extract<Call, { method: 'loadModel' | 'loadUpscaler' | 'loadClip' }>;
type Info<L extends LoadCall> = Results[L['method']];

const names = { loadModel: 'model', loadUpscaler: 'upscaler', loadClip: 'CLIP model' } as const;

/** Where a model is loaded: the child, its id there, and the load job while it runs. */
interface Placement<L extends LoadCall> {
  process: EngineProcess;
  id: number;
  job: NativeJob<Info<L>>;
  resident: boolean;
  /** Number of jobs waiting for the load. Cancelling the last of them cancels the load. */
  waiting: number;
}

/** A model loaded in the child, with the request that loads it again after the child died. */
export class Reloadable<L extends LoadCall> {
  readonly #engine: IsolatedEngine;
  readonly #load: L;
  #placement: Placement<L> | undefined;
  #disposed = false;

  constructor(engine: IsolatedEngine, load: L) {
    this.#engine = engine;
    this.#load = load;
  }

  /** Loads the model for the first time. */
  load(onEvent: Listener): NativeJob<Info<L>> {
    return this.#engine.retrying(() => this.#startLoad(onEvent).job);
  }

  /** Runs a job on the model; loads it first if the child is new. Throws ERR_DISPOSED after dispose(). */
  run<C extends Call>(makeCall: (target: number) => C, onEvent: Listener): NativeJob<Results[C['method']]> {
    if (this.#disposed) throw engineError('ERR_DISPOSED', `The ${names[this.#load.method]} was disposed`);
    return this.#engine.retrying(() => {
      const placement = this.#current();
      return placement?.resident
        ? placement.process.call(makeCall(placement.id), onEvent)
        : this.#runAfterLoad(placement ?? this.#startLoad(onEvent), makeCall, onEvent);
    });
  }

  dispose(): NativeJob<void> {
    const placement = this.#current();
    this.#disposed = true;
    this.#placement = undefined;
    return { promise: placement ? this.#free(placement) : Promise.resolve(), cancel: () => undefined };
  }

  async #free(placement: Placement<L>): Promise<void> {
    if (!placement.resident) {
      placement.job.cancel();
      const loaded = await placement.job.promise.then(
        () => true,
        () => false, // the callers that wait for the load get its error
      );
      if (!loaded) return;
    }
    try {
      await placement.process.call({ method: 'dispose', target: placement.id }).promise;
    } catch (error) {
      // The weights were freed with the dead child.
      if (!placement.process.dead) throw error;
    }
  }

  #current(): Placement<L> | undefined {
    return this.#placement && !this.#placement.process.dead ? this.#placement : undefined;
  }

  #startLoad(onEvent: Listener): Placement<L> {
    const process = this.#engine.current();
    const job = process.call(this.#load, onEvent);
    const placement: Placement<L> = { process, id: job.id, job: job as NativeJob<Info<L>>, resident: false, waiting: 0 };
    this.#placement = placement;
    job.promise.then(
      () => {
        placement.resident = true;
      },
      () => {
        if (this.#placement === placement) this.#placement = undefined;
      },
    );
    return placement;
  }

  #runAfterLoad<C extends Call>(
    placement: Placement<L>,
    makeCall: (target: number) => C,
    onEvent: Listener,
  ): NativeJob<Results[C['method']]> {
    let cancelled = false;
    let job: NativeJob<Results[C['method']]> | undefined;
    placement.waiting++;
    const follow = async (): Promise<Results[C['method']]> => {
      await placement.job.promise;
      if (cancelled) throw engineError('ERR_ABORTED', 'The operation was aborted');
      job = placement.process.call(makeCall(placement.id), onEvent);
      return job.promise;
    };
    return {
      promise: follow(),
      cancel: () => {
        if (cancelled) return;
        cancelled = true;
        placement.waiting--;
        if (job) {
          job.cancel();
        } else if (placement.waiting === 0) {
          if (this.#placement === placement) this.#placement = undefined; // the next call starts its own load
          // The load may end before the child receives the cancel; without this the weights would stay in the child.
          this.#free(placement).catch((error: unknown) =>
            tellEngineLine('warn', `a model that is no longer needed stays in memory: ${String(error)}`),
          );
        }
      },
    };
  }
}
