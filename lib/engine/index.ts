export { type Device, listDevices, type Versions, versions } from './addon/devices.ts';
export { type Diagnosis, diagnose } from './addon/doctor.ts';
export { addonFor, localEngine } from './addon/engine.ts';
export { cpuModel, kernelFeatures, systemName } from './addon/machine.ts';
export type { NativeAddon, NativeLocalAddon } from './addon/native.ts';
export type { NativeEvent, NativeImage } from './addon/native-events.ts';
export type { NativeClip, NativeClipInfo, NativeClipTowerRequest, NativeJob } from './addon/native-types.ts';
export { countedOperations, measureProducts, type ProductsOptions } from './addon/products.ts';
export type {
  NativeBeginRequest,
  NativeCheckpointing,
  NativeGradientCheck,
  NativeGradientCheckRequest,
  NativeLatent,
  NativeNetworkInfo,
  NativeNetworkRequest,
  NativeOptimizer,
  NativeStepRequest,
  NativeStepResult,
  NativeTensor,
  NativeTextCondition,
  NativeTrainBatch,
  NativeTrainer,
  NativeTrainerInfo,
  NativeTrainerRequest,
  NativeTrainItem,
  NativeTrainPlan,
  NativeTrainPlanRequest,
  NativeTrainState,
} from './addon/trainer-types.ts';
export { type ConvertResult, convertModel } from './convert.ts';
export { EventRun, type Work } from './jobs/event-run.ts';
export type {
  ConvertEvent,
  DecodeEvent,
  DoneEvent,
  EncodeEvent,
  EnlargeEvent,
  GenerateEvent,
  ImageEvent,
  LoadEvent,
  PreviewEvent,
  QueuedEvent,
  SampleEvent,
  UpscaleEvent,
  WarningEvent,
  WeightsEvent,
} from './jobs/events.ts';
export { commonEvent, progressTypes } from './jobs/events.ts';
export { CallSite, fromNative, runJob } from './jobs/job.ts';
export { RunningJobs } from './jobs/running-jobs.ts';
export { loadModel } from './load-model.ts';
export { Model, type ModelInfo } from './model.ts';
export { findModelFiles, type ModelFiles } from './model-files.ts';
export { type Bounds, bareSchema, boundsOf, boundsText, choicesOf, countOf, defaultText, helpLine } from './options/bounds.ts';
export { type ConvertOptions, convertOptions } from './options/convert.ts';
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
} from './options/enums.ts';
export { listener, maxEdge, maxPixels, maxSeed, path, signal } from './options/fields.ts';
export { type GenerateOptions, generateOptions, maxPromptBytes, type ResolvedGenerate } from './options/generate.ts';
export { type LoadModelOptions, loadModelOptions, type ResolvedLoad } from './options/load-model.ts';
export { type CannyOptions, cannyOptions } from './options/preprocess.ts';
export { everyRow, type PlacedRow, type Row, type Rows, recipeName, rows, shapeOf } from './options/row.ts';
export { optionTables } from './options/tables.ts';
export {
  type LoadUpscalerOptions,
  loadUpscalerOptions,
  type UpscaleOptions,
  type UpscalerRunOptions,
  upscaleOptions,
  upscalerRunOptions,
} from './options/upscale.ts';
export { checkGenerate } from './paint/check-generate.ts';
export type { GenerateResult, LoraEffect } from './paint/generate-result.ts';
export { namedValues } from './paint/native-fields.ts';
export { paintedPixels } from './paint/painted-pixels.ts';
export { cannyEdges } from './paint/preprocess.ts';
export { GenerateRun } from './paint/run/generate-run.ts';
export { PaintRun } from './paint/run/paint-run.ts';
export type { PreviewOptions, PreviewStream } from './paint/run/preview-stream.ts';
export { drawSeed } from './paint/seed.ts';
export { fitSize, largestShare, type PaintDefaults } from './paint/settings.ts';
export { weightsFile } from './paint/weights.ts';
export { loadUpscaler, Upscaler, upscale } from './upscale.ts';
