export type { BucketCount, BucketOptions, Frame, FramedPicture, Framing, ResolvedBuckets, Size } from './buckets.ts';
export type { CaptionSource } from './caption-files.ts';
export type { CaptionOptions, ResolvedCaptions } from './captions.ts';
export { type CheckGradientsOptions, checkGradients, type GradientCheck } from './check-gradients.ts';
export { type ContactSheetOptions, contactSheet, type SheetRow } from './contact-sheet.ts';
export type { ConvertLoraOptions } from './convert-lora.ts';
export type { Draw, Stream } from './counter-random.ts';
export { findTrainingRun, listTrainingRuns, loadDataSet, removeTrainingRun, runsFolder, scanFolder } from './data-on-demand.ts';
export type { DataSet, DataSetOptions, TrainingPicture } from './data-set.ts';
export { type DataSheet, type DataSheetLicence, type DataSheetPicture, makeDataSheet } from './data-sheet.ts';
export type { CacheUsage, EncodingCacheOptions, LatentEncoding, LatentKey, TextEncoding, TextKey } from './encoding-cache.ts';
export type { PlanItem, PlannedBatch, PlannedPicture, PlannedStep, PlanOptions, PlanPosition } from './epoch-plan.ts';
export type * from './events.ts';
export {
  judgeLicence,
  type LicencePolicy,
  type LicenceRecord,
  type LicenceVerdict,
  licenceId,
  type Obligation,
  type ResultLicence,
} from './licences.ts';
export { type WriteLoraOptions, type WrittenLora, writeLora } from './lora-file.ts';
export type { LoraData, LoraFacts } from './lora-metadata.ts';
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
} from './options.ts';
export type { PreparedPicture, PrepareOptions } from './picture.ts';
export { expandMetadata, readDataSheet } from './read-metadata.ts';
export type { ReportFiles, ReportOptions } from './reports.ts';
export type { KeptRun } from './runs.ts';
export type { FoundFiles, FoundPicture, LeftOut } from './scan-folder.ts';
export { type Schedule, schedules } from './schedule.ts';
export { resumeTraining, type TrainLoraResult, TrainRun, trainLora } from './train-lora.ts';
export { type LossPoint, readTrainingLog, type TrainingLog } from './training-log.ts';
