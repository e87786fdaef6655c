export { aiMarkSvg } from './ai-mark.ts';
export { type DecodeOptions, decodeImage, type Fit, type ImageInput, resizeImage } from './decode.ts';
export { digitalSourceType, embedMarks, type MarkedFormat, type Marks } from './embed.ts';
export { type ImageKind, imageKind } from './formats/image-kind.ts';
export { insertPngChunks, withoutPackedTexts } from './formats/png-chunks.ts';
export { type DigitalSourceType, xmpPacket } from './formats/xmp.ts';
export {
  ArtImage,
  type EncodeOptions,
  encodeOptions,
  type ImageFormat,
  imageFormats,
  mediaTypes,
  type SavedImage,
  type SaveOptions,
} from './image.ts';
export { loadSharp } from './load-sharp.ts';
export { hashDistance, perceptualHash } from './perceptual-hash.ts';
export { type PixelDifference, pixelDifference } from './pixel-difference.ts';
export { pixelDigest, type RawImage } from './raw-image.ts';
export { loraTitle, writeInfotext } from './recipes/infotext.ts';
export { type InfotextParts, parseInfotext } from './recipes/infotext-grammar.ts';
export { readInfotext } from './recipes/infotext-reading.ts';
export { type FoundRecipe, readRecipe } from './recipes/read-recipe.ts';
export { canonicalJson, isOwnRecipe, ownSoftware, type PartialRecipe, type Recipe, recipeHash, recipeSchema } from './recipes/recipe.ts';
export type { RecipeSource } from './recipes/recognise.ts';
export { engineNames, samplerTitle, schedulerTitle } from './recipes/sampler-names.ts';
export { drawSheet, type PlacedPicture, type Sheet, sizeWithin } from './sheets/draw-sheet.ts';
export { cutText, svgText, type TextStyle, textWidth, wrapText } from './sheets/sheet-text.ts';
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
