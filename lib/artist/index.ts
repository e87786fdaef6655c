export { comparePixels, type PixelDifference } from './compare.ts';
export { createArtist } from './lazy.ts';
export type { Artist, ArtistOptions, CreatedWork } from './loop/artist.ts';
export type { CreateEvent, CreateOptions, PlannedWork } from './loop/create-options.ts';
export type { PaintSeriesOptions, SeriesProgress } from './loop/series-painter.ts';
export type { Facts } from './measure/index.ts';
export type { Period, PeriodOptions, Retrospective, Series, SeriesOptions } from './periods/index.ts';
export {
  type ComparedStage,
  closeEnough,
  type RecipeDifference,
  type ReproduceOptions,
  type Reproduction,
  reproduce,
} from './reproduce.ts';
