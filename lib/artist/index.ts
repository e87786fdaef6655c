export { comparePixels, type PixelDifference } from './compare.ts';
export { createArtist } from './lazy.ts';
export type { Artist, ArtistOptions, CreatedWork } from './loop/artist.ts';
export type { CreateEvent, CreateOptions, PlannedWork } from './loop/create-options.ts';
export {
  type ComparedStage,
  closeEnough,
  type RecipeDifference,
  type ReproduceOptions,
  type Reproduction,
  reproduce,
} from './reproduce.ts';
