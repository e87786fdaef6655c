/** How one picture is denoised: sampler, noise levels, guidance. Part of the options of generate(). */
import * as z from 'zod';
import { samplers, schedulers } from './enums.ts';
import { engineArgs, fraction, sigmas } from './fields.ts';
import { rows, shapeOf } from './row.ts';

const sampling = 'Sampling';
const guidance = 'Guidance';
const ofModel = "the model's own";

/** Skip-layer guidance (SD3.5 and other DiT models): steers away from the prediction made with some layers switched off. */
export const skipLayerRows = rows({
  /** Layers to switch off, counted from 0. SD3.5 medium: [7, 8, 9]. */
  layers: {
    schema: z.array(z.int().min(0).max(255)).min(1).max(256),
    help: 'Skip-layer guidance: layers to switch off, comma-separated',
    flag: 'slg-layers',
    native: 'skipLayers',
  },
  /** Strength, 0..20; 0 is off. Costs one more network pass per step. Default 2.5. */
  scale: {
    schema: z.number().min(0).max(20).default(2.5),
    help: 'Strength of skip-layer guidance',
    flag: 'slg-scale',
    native: 'skipLayerScale',
    needs: 'skipLayerGuidance.layers',
  },
  /** Share of the steps at which it begins, 0..1. Default 0.01. */
  start: {
    schema: fraction.default(0.01),
    help: 'Share of the steps at which skip-layer guidance starts',
    flag: 'slg-start',
    native: 'skipLayerStart',
    needs: 'skipLayerGuidance.layers',
  },
  /** Share of the steps at which it ends, 0..1. Default 0.2. */
  end: {
    schema: fraction.default(0.2),
    help: 'Share of the steps at which skip-layer guidance ends',
    flag: 'slg-end',
    native: 'skipLayerEnd',
    needs: 'skipLayerGuidance.layers',
  },
  /** Replace the unconditional pass with the skipped one, at no extra cost. Default false. */
  uncond: {
    schema: z.boolean().default(false),
    help: 'Replace the unconditional pass with the skipped one',
    flag: 'slg-uncond',
    sampleArg: 'slg_uncond',
    needs: 'skipLayerGuidance.layers',
  },
});

/** Adaptive projected guidance: high cfgScale without burnt colours (arXiv 2410.02416). Off unless given. */
export const adaptiveProjectedRows = rows({
  /** Share of the guidance parallel to the prediction that is kept, -1..1. 1 is plain guidance. Default 0. */
  eta: {
    schema: z.number().min(-1).max(1).default(0),
    help: 'Adaptive projected guidance (APG): share of the parallel part to keep',
    flag: 'apg-eta',
    sampleArg: 'apg_eta',
  },
  /** Running average over steps, -1..1; negative values push away from it. Default 0. */
  momentum: {
    schema: z.number().min(-1).max(1).default(0),
    help: 'APG: momentum of the running average',
    flag: 'apg-momentum',
    sampleArg: 'apg_momentum',
  },
  /** Largest norm of the guidance, 0..1000; 0 is no limit. Default 0. */
  normThreshold: {
    schema: z.number().min(0).max(1000).default(0),
    help: 'APG: largest norm; 0: no limit',
    flag: 'apg-norm-threshold',
    sampleArg: 'apg_norm_threshold',
  },
  /** Softness of that limit, 0..1000; 0 is hard. Default 0. */
  normThresholdSmoothing: {
    schema: z.number().min(0).max(1000).default(0),
    help: 'APG: softness of the norm limit; 0: hard',
    flag: 'apg-norm-threshold-smoothing',
    sampleArg: 'apg_norm_threshold_smoothing',
    needs: 'adaptiveProjectedGuidance.normThreshold',
  },
});

export const samplingRows = rows({
  /** Sampling method. Default: the alias' or the model family's. `heun`, `dpm2`, `dpm++2s_a` and `res_2s` run the network twice per step. */
  sampler: {
    schema: z.enum(samplers).optional(),
    help: 'Sampling method',
    default: ofModel,
    group: sampling,
    create: 'flag',
    setting: true,
    recipe: true,
  },
  /** Spacing of the noise levels. Default: the family's. `gits` needs 2 steps or more; `ays` has levels for SD1, SDXL and SVD. */
  scheduler: {
    schema: z.enum(schedulers).optional(),
    help: 'Spacing of the noise levels',
    default: ofModel,
    group: sampling,
    setting: true,
    recipe: true,
  },
  /** Denoising steps, 1..1000; time grows linearly. Default: the alias', else 20. Distilled models (turbo, lightning, schnell) need 1 to 8. */
  steps: {
    schema: z.int().min(1).max(1000).optional(),
    help: 'Denoising steps',
    default: ofModel,
    group: sampling,
    create: 'flag',
    setting: true,
    recipe: true,
  },
  /** Guidance scale, 0..100: how strongly the prompt is followed. 1 switches guidance off and halves the time. Default: the alias', else 7. */
  cfgScale: {
    schema: z.number().min(0).max(100).optional(),
    help: 'Guidance scale: how strongly the prompt is followed; 1 switches guidance off and halves the time',
    default: ofModel,
    group: guidance,
    aliases: ['cfg'],
    create: 'flag',
    setting: true,
    recipe: true,
  },
  /** Guidance towards the reference picture of editing models (Instruct-Pix2Pix), 0..100. Default: off. */
  imageCfgScale: {
    schema: z.number().min(0).max(100).optional(),
    help: 'Guidance towards the reference picture of Instruct-Pix2Pix',
    group: guidance,
    aliases: ['image-cfg'],
    recipe: true,
    needs: 'referenceImages',
  },
  /** Distilled guidance of Flux and similar models (an input of the network: no cost), 0..100. Default 3.5. */
  guidance: {
    schema: z.number().min(0).max(100).optional(),
    help: 'Distilled guidance of Flux and similar models',
    default: '3.5',
    group: guidance,
    recipe: 'distilledGuidance',
    native: 'distilledGuidance',
  },
  /** Fresh noise per step of ancestral samplers, ddim and tcd, 0..10; 0 is deterministic. Default: the sampler's. */
  eta: {
    schema: z.number().min(0).max(10).optional(),
    help: 'Fresh noise per step of ancestral samplers, ddim and tcd',
    default: "the sampler's own",
    group: sampling,
    recipe: true,
  },
  /** Noise levels, high to low, one step per pair; replaces `scheduler` and `steps`. */
  sigmas: {
    schema: sigmas.optional(),
    help: 'Comma-separated noise levels, high to low; replaces scheduler and steps',
    group: sampling,
    recipe: true,
    replaces: ['steps', 'scheduler'],
  },
  /** Shift of the noise schedule of flow models (SD3 3, Flux 1.15, Z-Image 3), 0..100. Default: the family's. */
  flowShift: {
    schema: z.number().min(0).max(100).optional(),
    help: 'Shift of the noise schedule of flow models',
    default: ofModel,
    group: sampling,
    recipe: true,
  },
  /** SDXL distillations trained on shifted time steps (NitroFusion) use 250 to 1000; range 0..1000. 0 is off (default). */
  shiftedTimestep: {
    schema: z.int().min(0).max(1000).optional(),
    help: 'For SDXL distillations trained on shifted time steps; 0: off',
    default: '0',
    group: sampling,
  },
  /** Skip-layer guidance (SD3.5 and other DiT models): better anatomy for one more network pass per step. See below. */
  skipLayerGuidance: {
    schema: z.strictObject(shapeOf(skipLayerRows)).optional(),
    help: 'Skip-layer guidance',
    group: guidance,
    flag: false,
    native: '',
    fields: skipLayerRows,
  },
  /** Adaptive projected guidance: high cfgScale without burnt colours, at no cost. See below. */
  adaptiveProjectedGuidance: {
    schema: z.strictObject(shapeOf(adaptiveProjectedRows)).optional(),
    help: 'Adaptive projected guidance',
    group: guidance,
    flag: false,
    native: '',
    fields: adaptiveProjectedRows,
  },
  /** Settings of single samplers by the engine's own name: lcm `noise_clip_std`, `noise_scale_start`, `noise_scale_end`; euler_ge `gamma`; ltx2 `max_shift`, `base_shift`, `terminal`, `stretch`. */
  samplerArgs: {
    schema: engineArgs.optional(),
    help: 'NAME=VALUE: a setting of a single sampler; may be given several times',
    group: sampling,
    flag: 'sampler-arg',
    native: false,
  },
});
