/**
 * `ai-artist`: what most programs need. The rest is in `ai-artist/gallery`, `ai-artist/train` and the other doors (lib/doors/), which share
 * all state with this one. Importing it loads neither the addon nor sharp: both are loaded at first use.
 */
import type { Artist, ArtistOptions } from './artist/index.ts';

export type {
  Artist,
  ArtistOptions,
  CreatedWork,
  CreateEvent,
  CreateOptions,
  CreateRun,
  Facts,
  FiledWork,
  MakeProposalOptions,
  PaintSeriesOptions,
  Period,
  PeriodOptions,
  PlannedWork,
  Proposal,
  Retrospective,
  Series,
  SeriesOptions,
  SeriesProgress,
  TryProposalOptions,
} from './artist/index.ts';
export {
  ArtistError,
  type ArtistErrorOptions,
  type EngineLine,
  type EngineLineLevel,
  type ErrorCode,
  errorCodes,
  isArtistError,
  onEngineLine,
  type Scope,
  withScope,
} from './core/index.ts';
export {
  type CacheMode,
  type CannyOptions,
  type ConvertEvent,
  type ConvertOptions,
  type ConvertResult,
  cannyEdges,
  convertModel,
  type DecodeEvent,
  type Device,
  type Diagnosis,
  type DoneEvent,
  diagnose,
  type EncodeEvent,
  type EnlargeEvent,
  type GenerateEvent,
  type GenerateOptions,
  type GenerateResult,
  GenerateRun,
  type HiresUpscaler,
  type ImageEvent,
  type LoadEvent,
  type LoadModelOptions,
  type LoadUpscalerOptions,
  type LoraApplyMode,
  type LoraEffect,
  listDevices,
  loadModel,
  loadUpscaler,
  Model,
  type ModelInfo,
  type PaintDefaults,
  type Prediction,
  type PreviewEvent,
  type PreviewMode,
  type PreviewOptions,
  type PreviewStream,
  type QueuedEvent,
  type ResolvedGenerate,
  type ResolvedLoad,
  type Rng,
  type SampleEvent,
  type Sampler,
  type Scheduler,
  samplers,
  schedulers,
  type UpscaleEvent,
  type UpscaleOptions,
  Upscaler,
  type UpscalerRunOptions,
  upscale,
  type VaeFormat,
  type Versions,
  versions,
  type WarningEvent,
  type WeightsEvent,
  type WeightType,
  weightTypes,
} from './engine/index.ts';
export {
  ArtImage,
  type DecodeOptions,
  decodeImage,
  type EncodeOptions,
  type Fit,
  type FoundRecipe,
  type ImageFormat,
  type ImageInput,
  type PartialRecipe,
  type RawImage,
  type Recipe,
  type RecipeSource,
  readRecipe,
  resizeImage,
  type SavedImage,
  type SaveOptions,
  type TechnicalMeasures,
} from './image/index.ts';
export { type PullEvent, type PulledModel, type PullModelOptions, type PullRetryEvent, pullModel } from './models/index.ts';

/**
 * Opens the artist of a home folder. It chooses what to paint, paints, keeps the best picture and files it; models stay loaded between works.
 *
 *     await using artist = await createArtist({ home: './my-artist' });
 *     const { work } = await artist.create({ subject: 'a lighthouse at night' });
 *
 * No model is loaded before the first work.
 *
 * @throws ArtistError ERR_CONFIG when a setting is invalid (names file and line), ERR_READ when config.yaml cannot be read, ERR_INVALID_ARGUMENT
 *   when an option is invalid
 */
export async function createArtist(options: ArtistOptions = {}): Promise<Artist> {
  // Imported on demand: an artist needs almost the whole library, twice what this door loads otherwise.
  return (await import('./doors/artist.ts')).createArtist(options);
}
