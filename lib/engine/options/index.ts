export { type ConvertOptions, convertOptions } from './convert.ts';
export {
  type CacheMode,
  cacheModes,
  type HiresUpscaler,
  hiresUpscalers,
  type LoraApplyMode,
  loraApplyModes,
  type Prediction,
  type PreviewMode,
  predictions,
  previewModes,
  type Rng,
  rngs,
  type Sampler,
  type Scheduler,
  samplers,
  schedulers,
  type VaeFormat,
  vaeFormats,
  type WeightType,
  weightTypes,
} from './enums.ts';
export { maxEdge, maxPixels, maxSeed } from './fields.ts';
export { type GenerateOptions, generateOptions, maxPromptBytes, type ResolvedGenerate } from './generate.ts';
export { type LoadModelOptions, loadModelOptions, type ResolvedLoad } from './load-model.ts';
export { type CannyOptions, cannyOptions } from './preprocess.ts';
export {
  type LoadUpscalerOptions,
  loadUpscalerOptions,
  type UpscaleOptions,
  type UpscalerRunOptions,
  upscaleOptions,
  upscalerRunOptions,
} from './upscale.ts';
