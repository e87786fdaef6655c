import { exifWithComment, maxJpegCommentUnits } from './formats/exif.ts';
import { extendedXmpGuid, insertJpegMetadata, maxJpegXmp } from './formats/jpeg-segments.ts';
import { insertPngChunks, pngInternationalText, pngTextChunk } from './formats/png-chunks.ts';
import { insertWebpMetadata } from './formats/webp-chunks.ts';
import { type DigitalSourceType, extendedXmpPacket, xmpPacket } from './formats/xmp.ts';
import { writeInfotext } from './recipes/infotext.ts';
import { type Recipe, recipeRecord } from './recipes/recipe.ts';

export type MarkedFormat = 'png' | 'jpeg' | 'webp';

/**
 * IPTC's term for the picture: painted, painted over a given one, or a given one only enlarged. (cv.iptc.org/newscodes/digitalsourcetype)
 */
export function digitalSourceType(mode: Recipe['mode']): DigitalSourceType {
  if (mode === 'upscale') return 'algorithmicallyEnhanced';
  return mode === undefined || mode === 'txt2img' ? 'trainedAlgorithmicMedia' : 'compositeWithTrainedAlgorithmicMedia';
}

export interface Marks {
  format: MarkedFormat;
  width: number;
  height: number;
  alpha: boolean;
  /** If `embedRecipe` is false it is not written, but still decides the source type. */
  recipe: Recipe | undefined;
  embedRecipe: boolean;
}

/**
 * Writes the AI label and, by default, the recipe into an encoded picture without changing its pixels: PNG tEXt/iTXt `parameters`, iTXt
 * `ai-artist`, iTXt XMP; JPEG and WebP EXIF UserComment and XMP (extended XMP if it is too long). The same input gives the same bytes: no
 * times, no random ids.
 */
export function embedMarks(encoded: Uint8Array, { format, width, height, alpha, recipe, embedRecipe }: Marks): Buffer {
  const label = { digitalSourceType: digitalSourceType(recipe?.mode), creatorTool: recipe?.software ?? 'ai-artist' };
  const shown = embedRecipe ? recipe : undefined;
  if (format === 'png') {
    const xmp = pngInternationalText('XML:com.adobe.xmp', xmpPacket(label));
    const texts =
      shown === undefined ? [] : [pngTextChunk('parameters', writeInfotext(shown)), pngInternationalText('ai-artist', recipeRecord(shown))];
    return insertPngChunks(encoded, [...texts, xmp]);
  }
  if (shown === undefined) {
    const xmp = Buffer.from(xmpPacket(label), 'utf8');
    return format === 'jpeg'
      ? insertJpegMetadata(encoded, undefined, xmp)
      : insertWebpMetadata(encoded, { width, height, alpha }, undefined, xmp);
  }
  const recipeJson = recipeRecord(shown);
  const xmp = Buffer.from(xmpPacket({ ...label, recipeJson }), 'utf8');
  if (format === 'webp') return insertWebpMetadata(encoded, { width, height, alpha }, exifWithComment(writeInfotext(shown)), xmp);
  const exif = exifWithComment(writeInfotext(shown, { maxLength: maxJpegCommentUnits }));
  if (xmp.length <= maxJpegXmp) return insertJpegMetadata(encoded, exif, xmp);
  const extended = Buffer.from(extendedXmpPacket(recipeJson), 'utf8');
  return insertJpegMetadata(encoded, exif, Buffer.from(xmpPacket({ ...label, extendedGuid: extendedXmpGuid(extended) }), 'utf8'), extended);
}
