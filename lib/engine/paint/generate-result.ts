import type { ArtImage, Recipe } from '../../image/index.ts';
import type { Sampler, Scheduler } from '../options/enums.ts';

/** What a LoRA did to the pictures of a call. */
export interface LoraEffect {
  /** Name of its file. */
  readonly name: string;
  /** SHA-256 of its tensors. */
  readonly hash?: string;
  readonly weight: number;
  /** Its strength in the text encoders, where that is another. */
  readonly textEncoderWeight?: number;
  /** Weights of the model that were changed. */
  readonly applied: number;
  /**
   * Weights that fit and change nothing: the model does not compute with them, e.g. the last layer of a text encoder of which the one before
   * is taken, or what the file has for them is zero.
   */
  readonly idle: number;
  /** Weights that the file changes. */
  readonly total: number;
  /** The same, counted in tensors of the file. */
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
  /** What computed it, e.g. "CPU", "CUDA0". */
  readonly device: string;
  /** Wall time in the engine, by phase; without the time in the queue. */
  readonly seconds: { readonly total: number; readonly encode: number; readonly sample: number; readonly decode: number };
  /** What did not stop the job but may surprise: a LoRA that does not fit, an option this family ignores… */
  readonly warnings: readonly string[];
  /** What each LoRA did, in the order of the options and then of the tags of the prompt; the recipe has those that did anything. */
  readonly loras: readonly LoraEffect[];
  /** Recipe of the first picture. */
  readonly recipe: Recipe;
  /** True where the job was cancelled and `keepFinished` kept what was done. */
  readonly aborted: boolean;
}
