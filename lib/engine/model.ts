import { ArtistError, resolveOptions } from '../core/index.ts';
import type { NativeModel, NativeModelInfo } from './addon/native-types.ts';
import type { GenerateEvent } from './jobs/events.ts';
import { CallSite, fromNative } from './jobs/job.ts';
import type { Sampler, Scheduler } from './options/enums.ts';
import { type GenerateOptions, generateOptions, type ResolvedGenerate } from './options/generate.ts';
import { type GenerateContext, paint } from './paint/generate.ts';
import type { GenerateResult } from './paint/generate-result.ts';
import { GenerateRun } from './paint/generate-run.ts';
import type { PaintDefaults } from './paint/settings.ts';

export interface ModelInfo {
  /** "ai-artist-mini", an alias, or the file's name. */
  readonly name: string;
  /** The engine's name of the family, e.g. "SD 1.x", "Flux". */
  readonly family: string;
  /** Width and height must be multiples of this many pixels. */
  readonly sizeMultiple: number;
  /** What a call that names none gets. */
  readonly defaultSampler: Sampler;
  readonly defaultScheduler: Scheduler;
  /** Further defaults of this model. */
  readonly defaults: Readonly<PaintDefaults>;
  /** Device of the diffusion network, e.g. "CPU", "CUDA0". */
  readonly device: string;
  /** Bytes of all weights. */
  readonly weightBytes: number;
  /** CPU threads. */
  readonly threads: number;
  /** The files by their role ("model", "vae", …). */
  readonly files: Readonly<Record<string, string>>;
}

/** Warns of models that were dropped without dispose(), and frees them: their memory is not the garbage collector's to count. */
const forgotten = new FinalizationRegistry<{ native: NativeModel; name: string }>(({ native, name }) => {
  process.emitWarning(
    `The model ${name} was garbage-collected without dispose(). Call await model.dispose(), or declare it with "await using"`,
    { type: 'ArtistLeakWarning' },
  );
  native
    .dispose()
    .promise.catch((error: unknown) =>
      process.emitWarning(`The forgotten model ${name} could not be freed: ${String(error)}`, { type: 'ArtistLeakWarning' }),
    );
});

/** A loaded model. Made by loadModel(). One picture is painted at a time per process; further calls queue. */
export class Model {
  readonly info: ModelInfo;
  readonly #native: NativeModel;
  readonly #context: GenerateContext;
  readonly #runs = new Set<GenerateRun>();
  #disposing: Promise<void> | undefined;

  /** Made by loadModel(). */
  constructor(
    native: NativeModel,
    nativeInfo: NativeModelInfo,
    name: string,
    files: Readonly<Record<string, string>>,
    context: Omit<GenerateContext, 'native' | 'info'>,
  ) {
    this.info = Object.freeze({
      ...nativeInfo,
      name,
      defaultSampler: context.defaults.sampler ?? (nativeInfo.defaultSampler as Sampler),
      defaultScheduler: context.defaults.scheduler ?? (nativeInfo.defaultScheduler as Scheduler),
      defaults: context.defaults,
      files,
    });
    this.#native = native;
    this.#context = { ...context, native, info: nativeInfo };
    forgotten.register(this, { native, name }, this);
  }

  /** True from the call of dispose() on. */
  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * Paints. The call begins at once (or queues) and returns a run: await it for the result, or loop over its events.
   *
   * @throws (by rejecting) ArtistError ERR_INVALID_ARGUMENT, ERR_DISPOSED, ERR_ABORTED; ERR_READ, ERR_IMAGE_DECODE: an input picture;
   *   ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_LORA: a LoRA file; ERR_UNSUPPORTED: this model cannot do that; ERR_OUT_OF_MEMORY;
   *   ERR_GENERATE: the engine's own words. With an aborted signal: `signal.reason`, as it is.
   */
  generate(options: GenerateOptions): GenerateRun {
    const site = new CallSite('generate', this.generate);
    let resolved: ResolvedGenerate | undefined;
    let refusal: unknown;
    try {
      if (this.disposed)
        throw new ArtistError('ERR_DISPOSED', `generate: the model ${this.info.name} was disposed. Load it again with loadModel()`);
      resolved = resolveOptions('generate', generateOptions, options);
    } catch (error) {
      refusal = site.adopt(error);
    }
    const run = new GenerateRun(
      async (signal: AbortSignal, emit: (event: GenerateEvent) => void) => {
        if (!resolved) throw refusal;
        try {
          return await paint(this.#context, resolved, { site, signal, emit });
        } catch (error) {
          throw error === signal.reason ? error : site.adopt(error);
        }
      },
      resolved?.signal,
      resolved?.onProgress,
    );
    this.#runs.add(run);
    const forget = (): void => {
      this.#runs.delete(run);
    };
    run.settled.then(forget);
    return run;
  }

  /**
   * Cancels what this model is painting and what waits, then frees its memory. Resolves when both are done; may be called again.
   * The cancelled runs reject with ERR_ABORTED.
   */
  dispose(): Promise<void> {
    this.#disposing ??= this.#dispose(new CallSite('dispose', this.dispose));
    return this.#disposing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  async #dispose(site: CallSite): Promise<void> {
    forgotten.unregister(this);
    const runs = [...this.#runs];
    for (const run of runs)
      run.cancel(new ArtistError('ERR_ABORTED', `generate: cancelled, because the model ${this.info.name} was disposed`));
    await Promise.all(runs.map((run) => run.settled));
    try {
      await this.#native.dispose().promise;
    } catch (error) {
      throw fromNative(site, error);
    }
  }
}

export type { GenerateResult };
