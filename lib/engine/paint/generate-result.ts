import type { ArtImage, Recipe } from '../../image/index.ts';
import type { Sampler, Scheduler } from '../options/enums.ts';

/** The effect of one LoRA on the pictures of a call. */
export interface LoraEffect {
  /** File name. */
  readonly name: string;
  /** SHA-256 of its tensors. */
  readonly hash?: string;
  readonly weight: number;
  /** Weight in the text encoders, if it differs. */
  readonly textEncoderWeight?: number;
  /** Number of model weights that were changed. */
  readonly applied: number;
  /**
   * Number of weights that fit but change nothing: the file's values are zero, or the model does not use these weights, e.g. the last layer
   * of a text encoder whose second-last layer is taken.
   */
  readonly idle: number;
  /** Number of weights that the file has changes for. */
  readonly total: number;
  /** The same counts in tensors of the file. */
  readonly tensors: { readonly applied: number; readonly total: number };
}

export interface GenerateResult {
  /** Finished pictures; each carries its complete recipe. */
  readonly images: readonly [ArtImage, ...ArtImage[]];
  /** Seed of the first picture. */
  readonly seed: number;
  /** Seed of each picture. */
  readonly seeds: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly sampler: Sampler;
  readonly scheduler: Scheduler;
  readonly steps: number;
  readonly cfgScale: number;
  /** Device that computed it, e.g. "CPU", "CUDA0". */
  readonly device: string;
  /** Wall time in the engine by phase, without the time in the queue. */
  readonly seconds: { readonly total: number; readonly encode: number; readonly sample: number; readonly decode: number };
  /** Things that did not stop the job but may surprise: a LoRA that does not fit, an option this family ignores… */
  readonly warnings: readonly string[];
  /** Effect of each LoRA, first those of the options, then those of the prompt's tags. The recipe names only those with an effect. */
  readonly loras: readonly LoraEffect[];
  /** Recipe of the first picture. */
  readonly recipe: Recipe;
  /** True if the job was cancelled and `keepFinished` kept the finished pictures. */
  readonly aborted: boolean;
}
