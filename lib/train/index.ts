export type { BucketOptions, Frame, FramedPicture, Framing, ResolvedBuckets, Size } from './data/buckets.ts';
export { type CaptionClip, type CaptionPicturesOptions, captionPictures, type SuggestedCaption } from './data/caption-pictures.ts';
export type { CaptionSource } from './data/caption-text.ts';
export type { CaptionOptions, ResolvedCaptions } from './data/captions.ts';
export type { Draw, Stream } from './data/counter-random.ts';
export { type DataSet, type DataSetOptions, loadDataSet, type TrainingPicture } from './data/data-set.ts';
export type { PlanItem, PlannedBatch, PlannedPicture, PlannedStep, PlanOptions, PlanPosition } from './data/epoch-plan.ts';
export { makeDataSheet } from './data/make-data-sheet.ts';
export type { PreparedPicture, PrepareOptions } from './data/picture.ts';
export { type FoundFiles, type FoundPicture, type LeftOut, scanFolder } from './data/scan-folder.ts';
export type { CacheUsage, EncodingCacheOptions, LatentEncoding, LatentKey, TextEncoding, TextKey } from './encode/encoding-cache.ts';
export { type Checkpoint, checkpointLora, listCheckpoints } from './record/checkpoint.ts';
export { type CleanedTraining, type CleanTrainingOptions, cleanTraining, type KeptReason } from './record/clean.ts';
export { prolongTraining } from './record/prolong.ts';
export { type RunRecord, readRunRecord } from './record/run-record.ts';
export { type RunSamples, samplesOf } from './record/run-samples.ts';
export { findTrainingRun, type KeptRun, listTrainingRuns, removeTrainingRun, runsFolder } from './record/runs.ts';
export { type ContactSheetOptions, contactSheet, type SheetRow } from './report/contact-sheet.ts';
export { lossCurveSvg, svgToPng } from './report/loss-curve.ts';
export type { ReportFiles, ReportOptions } from './report/reports.ts';
export { type LossPoint, readTrainingLog, type TrainingLog } from './report/training-log.ts';
export { type CheckGradientsOptions, checkGradients, type GradientCheck } from './run/check-gradients.ts';
export type * from './run/events.ts';
export type { MemoryChoice } from './run/memory.ts';
export type { TrainLoraResult } from './run/result.ts';
export { type Schedule, schedules } from './run/schedule.ts';
export { resumeTraining, TrainRun, trainLora } from './run/train-lora.ts';
export { networkKinds, targetSets } from './settings/network-rows.ts';
export {
  checkpointings,
  deviceRows,
  type OptimizerName,
  optimizers,
  type Preset,
  presets,
  savedTypes,
  type TrainLoraOptions,
  trainRows,
} from './settings/options.ts';
