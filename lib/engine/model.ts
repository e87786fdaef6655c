import { ArtistError, leakWatch, resolveOptions } from '../core/index.ts';
import type { NativeModel, NativeModelInfo } from './addon/native-types.ts';
import type { GenerateEvent } from './jobs/events.ts';
import { CallSite, fromNative } from './jobs/job.ts';
import type { Sampler, Scheduler } from './options/enums.ts';
import { type GenerateOptions, generateOptions, type ResolvedGenerate } from './options/generate.ts';
import { type GenerateContext, paint } from './paint/generate.ts';
import type { GenerateResult } from './paint/generate-result.ts';
import { GenerateRun } from './paint/run/generate-run.ts';
import type { PaintDefaults } from './paint/settings.ts';

export interface ModelInfo {
  /** "ai-artist-mini", an alias, or the file's name. */
  readonly name: string;
  /** The engine's name of the family, e.g. "SD 1.x", "Flux". */
  readonly family: string;
  /** Width and height must be multiples of this many pixels. */
  readonly sizeMultiple: number;
  /** Used when a call names no sampler. */
  readonly defaultSampler: Sampler;
  readonly defaultScheduler: Scheduler;
  /** Other defaults of this model. */
  readonly defaults: Readonly<PaintDefaults>;
  /** Device that runs the diffusion network, e.g. "CPU", "CUDA0". */
  readonly device: string;
  /** Whether the diffusion network convolves directly: what became of the option `diffusionConvDirect`. */
  readonly diffusionConvDirect: boolean;
  /** Size of all weights, bytes. */
  readonly weightBytes: number;
  /** Number of CPU threads. */
  readonly threads: number;
  /** Paths of the files by role ("model", "vae", …). */
  readonly files: Readonly<Record<string, string>>;
}

const forgotten = leakWatch<NativeModel>('The model', 'model.dispose()');

/** A loaded model, made by loadModel(). A process paints one picture at a time; further calls queue. */
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

  /** True as soon as dispose() has been called. */
  get disposed(): boolean {
    return this.#disposing !== undefined;
  }

  /**
   * Paints. The call starts at once (or queues) and returns a run: await it for the result, or loop over its events. Errors reject the run.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_DISPOSED after dispose(); ERR_ABORTED when cancelled;
   *   ERR_READ, ERR_IMAGE_DECODE when an input picture cannot be read; ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_LORA when a LoRA file is
   *   missing or malformed; ERR_UNSUPPORTED when this model cannot do what was asked; ERR_OUT_OF_MEMORY; ERR_GENERATE when the engine
   *   fails, with its message
   * @throws `signal.reason` when aborted
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
   * Cancels the running and the waiting calls of this model, then frees its memory. Resolves when both are done; may be called again.
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
