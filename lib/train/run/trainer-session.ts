/** Wraps the native trainer for the loop: every job gets the run's signal, and failures become ArtistErrors. */

import { defined } from '../../core/index.ts';
import {
  type CallSite,
  commonEvent,
  findModelFiles,
  fromNative,
  localEngine,
  type ModelFiles,
  type NativeBeginRequest,
  type NativeEvent,
  type NativeImage,
  type NativeJob,
  type NativeLatent,
  type NativeLocalAddon,
  type NativeNetworkInfo,
  type NativeNetworkRequest,
  type NativeStepRequest,
  type NativeStepResult,
  type NativeTensor,
  type NativeTextCondition,
  type NativeTrainBatch,
  type NativeTrainer,
  type NativeTrainerInfo,
  type NativeTrainerRequest,
  type NativeTrainPlan,
  type NativeTrainPlanRequest,
  type NativeTrainState,
  namedValues,
  runJob,
} from '../../engine/index.ts';
import type { ResolvedTrainLora } from '../settings/options.ts';
import type { TrainEvent } from './events.ts';

type Listen = (event: NativeEvent) => void;

export interface SessionCall {
  site: CallSite;
  signal: AbortSignal;
  emit: (event: TrainEvent) => void;
}

/** Finds and checks the files of the model that is trained for. */
export function trainingFiles(options: ResolvedTrainLora): Promise<ModelFiles> {
  const { model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae, home, weightType } = options;
  return findModelFiles({ model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae, home, weightType });
}

export class TrainerSession {
  readonly info: NativeTrainerInfo;
  readonly #addon: NativeLocalAddon;
  readonly #native: NativeTrainer;
  readonly #call: SessionCall;

  private constructor(addon: NativeLocalAddon, native: NativeTrainer, call: SessionCall) {
    this.#addon = addon;
    this.#native = native;
    this.#call = call;
    this.info = native.info();
  }

  /**
   * Opens the model: reads its headers and the network's weights.
   *
   * @throws ArtistError ERR_UNSUPPORTED when the family cannot be trained; ERR_MODEL_LOAD, ERR_MODEL_FORMAT when the engine cannot load it;
   *   ERR_NO_DEVICE when `backend` names no device here; ERR_OUT_OF_MEMORY
   */
  static async open(options: ResolvedTrainLora, { files, weightType }: ModelFiles, call: SessionCall): Promise<TrainerSession> {
    const { site, signal, emit } = call;
    const { model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae } = files;
    const { threads, prediction, backend, paramsBackend } = options;
    const request = defined({
      model,
      diffusionModel,
      clipL,
      clipG,
      t5xxl,
      llm,
      vae,
      tae,
      threads,
      weightType,
      prediction,
      backend,
      paramsBackend,
      tensorTypeRules: namedValues(options.tensorTypeRules),
    }) as NativeTrainerRequest;
    const addon = localEngine();
    const native = await runJob<NativeTrainer>(
      {
        addon,
        site,
        signal,
        onEvent: (event) => {
          const shown = commonEvent(event);
          if (shown && shown.type !== 'upscale') emit(shown);
        },
        discard: (late) => void late.dispose().promise.catch(() => undefined),
      },
      (listen) => addon.loadTrainer(request, listen),
    );
    return new TrainerSession(addon, native, call);
  }

  /** `keep`: whether to return a result that arrives after the run was cancelled. */
  #run<T>(start: (listen: Listen) => NativeJob<T>, keep = false): Promise<T> {
    const { site, signal, emit } = this.#call;
    return runJob<T>(
      {
        addon: this.#addon,
        site,
        signal,
        onEvent: (event) => {
          const shown = commonEvent(event);
          if (shown?.type === 'warning') emit(shown);
        },
        keep: () => keep,
      },
      start,
    );
  }

  /** Runs a job without the signal, because saving results must not be cancelled. */
  async #save<T>(start: () => NativeJob<T>): Promise<T> {
    try {
      return await start().promise;
    } catch (error) {
      throw fromNative(this.#call.site, error);
    }
  }

  encodeTexts(texts: string[], width: number, height: number): Promise<NativeTextCondition[]> {
    return this.#run((listen) => this.#native.encodeTexts({ texts, width, height }, listen));
  }

  encodeImage(image: NativeImage): Promise<NativeLatent> {
    return this.#run((listen) => this.#native.encodeImage(image, listen));
  }

  releaseEncoders(): Promise<void> {
    return this.#run(() => this.#native.releaseEncoders());
  }

  createNetwork(request: NativeNetworkRequest): Promise<NativeNetworkInfo> {
    return this.#run((listen) => this.#native.createNetwork(request, listen));
  }

  plan(request: NativeTrainPlanRequest): Promise<NativeTrainPlan> {
    return this.#run((listen) => this.#native.plan(request, listen));
  }

  begin(request: NativeBeginRequest): Promise<void> {
    return this.#run(() => this.#native.begin(request));
  }

  /** A step that finishes before a cancel can stop it counts as done, because the parameters have changed. */
  step(request: NativeStepRequest): Promise<NativeStepResult> {
    return this.#run((listen) => this.#native.step(request, listen), true);
  }

  evaluate(batch: NativeTrainBatch, seed: number, timesteps: number[], ema: boolean): Promise<Float32Array> {
    return this.#run((listen) => this.#native.evaluate({ batch, seed, timesteps, ema }, listen));
  }

  exportNetwork(ema: boolean): Promise<NativeTensor[]> {
    return this.#save(() => this.#native.exportNetwork({ ema }));
  }

  exportState(): Promise<NativeTrainState> {
    return this.#save(() => this.#native.exportState());
  }

  importState(state: NativeTrainState): Promise<void> {
    return this.#run(() => this.#native.importState(state));
  }

  dispose(): Promise<void> {
    return this.#save(() => this.#native.dispose());
  }
}
