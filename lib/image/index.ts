export { type DecodeOptions, decodeImage, type Fit, type ImageInput, resizeImage } from './decode.ts';
export { digitalSourceType, embedMarks, type MarkedFormat, type Marks } from './embed.ts';
export { ArtImage, type EncodeOptions, type ImageFormat, imageFormats, type SavedImage, type SaveOptions } from './image.ts';
export { type ImageKind, imageKind } from './image-kind.ts';
export { loraTitle, writeInfotext } from './infotext.ts';
export { loadSharp } from './load-sharp.ts';
export { hashDistance, perceptualHash } from './perceptual-hash.ts';
export { insertPngChunks } from './png-chunks.ts';
export type { RawImage } from './raw-image.ts';
export type { FoundRecipe } from './read-recipe.ts';
export { readRecipe } from './read-recipe-on-demand.ts';
export { canonicalJson, type PartialRecipe, type Recipe, recipeHash, recipeSchema } from './recipe.ts';
export type { RecipeSource } from './recognise.ts';
export { engineNames } from './sampler-names.ts';
export {
  checkTechnical,
  judgeTechnical,
  measureTechnical,
  type TechnicalJudgement,
  type TechnicalMeasures,
  type TechnicalThresholds,
  type TechnicalVerdict,
} from './technical.ts';
export { unreadPicture } from './unread-picture.ts';
export type { DigitalSourceType } from './xmp.ts';
