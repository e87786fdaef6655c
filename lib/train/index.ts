export {
  type BucketCount,
  type BucketOptions,
  bucketName,
  bucketOptions,
  chooseBucket,
  countBuckets,
  type Frame,
  type FramedPicture,
  type Framing,
  framePictures,
  makeBuckets,
  type ResolvedBuckets,
  type Size,
} from './buckets.ts';
export type { CaptionSource } from './caption-files.ts';
export { type CaptionOptions, captionOptions, captionsVary, composeCaption, type ResolvedCaptions, splitTags } from './captions.ts';
export { type CheckGradientsOptions, checkGradients, checkGradientsOptions, type GradientCheck } from './check-gradients.ts';
export { type ContactSheetOptions, contactSheet, type SheetRow } from './contact-sheet.ts';
export type { ConvertLoraOptions } from './convert-lora.ts';
export { counterRandom, type Draw, philox, type Stream, shuffled, streams } from './counter-random.ts';
export { findTrainingRun, listTrainingRuns, loadDataSet, removeTrainingRun, runsFolder, scanFolder } from './data-on-demand.ts';
export type { DataSet, DataSetOptions, TrainingPicture } from './data-set.ts';
export {
  type DataSheet,
  type DataSheetLicence,
  type DataSheetPicture,
  dataSheetSchema,
  dataSheetText,
  makeDataSheet,
  maxSheetBytes,
} from './data-sheet.ts';
export {
  type CacheUsage,
  cacheSize,
  EncodingCache,
  type EncodingCacheOptions,
  type LatentEncoding,
  type LatentKey,
  type TextEncoding,
  type TextKey,
  trimCache,
} from './encoding-cache.ts';
export {
  type PlanItem,
  type PlannedBatch,
  type PlannedPicture,
  type PlannedStep,
  type PlanOptions,
  type PlanPosition,
  planEpoch,
  planOptions,
  planStart,
  stepsOfEpoch,
  walkPlan,
} from './epoch-plan.ts';
export type * from './events.ts';
export {
  enforceLicences,
  judgeLicence,
  type LicencePolicy,
  type LicenceRecord,
  type LicenceVerdict,
  licenceId,
  type Obligation,
  type ResultLicence,
  resultLicence,
} from './licences.ts';
export { type WriteLoraOptions, type WrittenLora, writeLora } from './lora-file.ts';
export { type LoraData, type LoraFacts, loraFacts, loraMetadata, tagFrequency } from './lora-metadata.ts';
export type { LoraReport, MergeInput, MergeLorasOptions, ModuleReport, ResizeLoraOptions } from './lora-tools.ts';
export { convertLora, mergeLoras, resizeLora } from './lora-tools-on-demand.ts';
export { lossCurveSvg, svgToPng } from './loss-curve.ts';
export type { MemoryChoice } from './memory.ts';
export {
  checkpointings,
  networkKinds,
  type OptimizerName,
  optimizers,
  type Preset,
  presets,
  savedTypes,
  type TrainLoraOptions,
  targetSets,
  trainLoraOptions,
} from './options.ts';
export { maskToLatent, type PreparedPicture, type PrepareOptions, preparePicture } from './picture.ts';
export { expandMetadata, readDataSheet } from './read-metadata.ts';
export { type ReportFiles, type ReportOptions, writeReports } from './reports.ts';
export type { KeptRun } from './runs.ts';
export type { FoundFiles, FoundPicture, LeftOut } from './scan-folder.ts';
export { learningRateShare, type Schedule, schedules } from './schedule.ts';
export { jacobiSvd, productSvd, thinQr } from './small-svd.ts';
export { resumeTraining, type TrainLoraResult, TrainRun, trainLora } from './train-lora.ts';
export { type LossPoint, readTrainingLog, type TrainingLog } from './training-log.ts';
