export { checkGenerate } from './check-generate.ts';
export { type ConvertResult, convertModel } from './convert.ts';
export { type Device, listDevices, type Versions, versions } from './devices.ts';
export type { Diagnosis } from './doctor.ts';
export { diagnose } from './doctor-on-demand.ts';
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
} from './events.ts';
export type { GenerateResult } from './generate.ts';
export { GenerateRun } from './generate-run.ts';
export { loadModel } from './load-model.ts';
export type { LoraEffect } from './loras.ts';
export { Model, type ModelInfo } from './model.ts';
export * from './options/index.ts';
export { cannyEdges } from './preprocess.ts';
export { drawSeed } from './seed.ts';
export type { PaintDefaults } from './settings.ts';
export { loadUpscaler, Upscaler, upscale } from './upscale.ts';
