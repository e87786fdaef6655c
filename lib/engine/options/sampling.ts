/** How one picture is denoised: sampler, noise levels, guidance. Part of the options of generate(). */
import * as z from 'zod';
import { samplers, schedulers } from './enums.ts';
import { engineArgs, fraction, sigmas } from './fields.ts';

/** Skip-layer guidance (SD3.5 and other DiT models): steers away from what the network paints with some layers switched off. */
export const skipLayerGuidance = z.strictObject({
  /** Layers to switch off, counted from 0. SD3.5 medium: [7, 8, 9]. */
  layers: z.array(z.int().min(0).max(255)).min(1).max(256),
  /** Strength, 0..20; 0 is off. Costs one more network pass per step. Default 2.5. */
  scale: z.number().min(0).max(20).default(2.5),
  /** Share of the steps at which it begins, 0..1. Default 0.01. */
  start: fraction.default(0.01),
  /** Share of the steps at which it ends, 0..1. Default 0.2. */
  end: fraction.default(0.2),
  /** Replace the unconditional pass by the skipped one: no extra cost. Default false. */
  uncond: z.boolean().default(false),
});

/** Adaptive projected guidance: high cfgScale without burnt colours (arXiv 2410.02416). Off unless given. */
export const adaptiveProjectedGuidance = z.strictObject({
  /** Share of the guidance parallel to the prediction that is kept, -1..1. 1 is plain guidance. */
  eta: z.number().min(-1).max(1).default(0),
  /** Running average over steps, -1..1; negative values push away from it. */
  momentum: z.number().min(-1).max(1).default(0),
  /** Largest norm of the guidance; 0 is no limit. */
  normThreshold: z.number().min(0).max(1000).default(0),
  /** Softness of that limit; 0 is hard. */
  normThresholdSmoothing: z.number().min(0).max(1000).default(0),
});

export const samplingFields = () => ({
  /** How noise is removed. Default: the alias' or the model family's. `heun`, `dpm2`, `dpm++2s_a` and `res_2s` run the network twice per step. */
  sampler: z.enum(samplers).optional(),
  /** Spacing of the noise levels. Default: the family's. `gits` needs 2 steps or more; `ays` has levels for SD1, SDXL and SVD. */
  scheduler: z.enum(schedulers).optional(),
  /** Denoising steps, 1..1000; time grows linearly. Default: the alias', else 20. Distilled models (turbo, lightning, schnell) want 1..8. */
  steps: z.int().min(1).max(1000).optional(),
  /** Classifier-free guidance, 0..100: how strongly the prompt pulls. 1 switches it off and halves the time. Default: the alias', else 7. */
  cfgScale: z.number().min(0).max(100).optional(),
  /** Guidance towards the reference picture of editing models (Instruct-Pix2Pix), 0..100. Default: off. */
  imageCfgScale: z.number().min(0).max(100).optional(),
  /** Distilled guidance of Flux and its kin (an input of the network: no cost), 0..100. Default 3.5. */
  guidance: z.number().min(0).max(100).optional(),
  /** Fresh noise per step of ancestral samplers, ddim and tcd, 0..10; 0 is deterministic. Default: the sampler's. */
  eta: z.number().min(0).max(10).optional(),
  /** Own noise levels, high to low, one step per pair; replaces `scheduler` and `steps`. */
  sigmas: sigmas.optional(),
  /** Shift of the noise schedule of flow models (SD3 3, Flux 1.15, Z-Image 3), 0..100. Default: the family's. */
  flowShift: z.number().min(0).max(100).optional(),
  /** SDXL distillations trained on shifted time steps (NitroFusion): 250..1000. 0 is off (default). */
  shiftedTimestep: z.int().min(0).max(1000).optional(),
  /** Skip-layer guidance (SD3.5 and other DiT models): better anatomy for one more network pass per step. See below. */
  skipLayerGuidance: skipLayerGuidance.optional(),
  /** Adaptive projected guidance: high cfgScale without burnt colours, at no cost. See below. */
  adaptiveProjectedGuidance: adaptiveProjectedGuidance.optional(),
  /** Settings of single samplers by the engine's own name: lcm `noise_clip_std`, `noise_scale_start`, `noise_scale_end`; euler_ge `gamma`; ltx2 `max_shift`, `base_shift`, `terminal`, `stretch`. */
  samplerArgs: engineArgs.optional(),
});
