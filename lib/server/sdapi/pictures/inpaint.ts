/** Inpainting as in A1111: what is painted is pasted over the given picture through the blurred mask, so that the rest stays exactly as it was. */
import { loadSharp, type RawImage, resizeImage, withoutPackedTexts } from '../../../image/index.ts';
import { fillMasked } from './fill-masked.ts';
import { bufferOf, decodePicture, fitTo, pipelineOf, pixelsOf } from './start-picture.ts';

export interface InpaintOptions {
  init: Uint8Array;
  mask: Uint8Array;
  /** Painted size; undefined: that of the given picture, or of the part around the mask, as the model fits it. */
  size: { width: number; height: number } | undefined;
  resizeMode: number;
  /** Sigma of the mask's edge, pixels. */
  blur: number;
  invert: boolean;
  /** Paint only the part around the mask, at the full size. */
  onlyMasked: boolean;
  /** Pixels around the mask that belong to that part. */
  padding: number;
  /** false: what lies under the mask is replaced with the colours around it. */
  keepContent: boolean;
}

interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Inpainting {
  /** For the engine, of one size. */
  init: RawImage;
  mask: RawImage;
  /** Puts what was painted into the given picture. */
  finish(painted: RawImage): Promise<RawImage>;
  /** The mask has no white: the whole picture is painted. */
  isBlank: boolean;
}

/** The mask as grey pixels: its alpha if it has one, else its brightness. */
async function decodeMask(file: Uint8Array): Promise<RawImage> {
  const bytes = withoutPackedTexts(file);
  const grey = await decodePicture(bytes, 1);
  const sharp = await loadSharp();
  const { hasAlpha } = await sharp(bytes).metadata();
  if (!hasAlpha || (await sharp(bytes).stats()).isOpaque) return grey;
  return await pixelsOf(sharp(bytes).autoOrient().extractChannel('alpha').toColourspace('b-w'));
}

const grey = async (image: RawImage): Promise<RawImage> => pixelsOf((await pipelineOf(image)).toColourspace('b-w'));

/** White and black, inverted if asked, with blurred edges. */
async function sharpen(mask: RawImage, { blur, invert }: Pick<InpaintOptions, 'blur' | 'invert'>): Promise<RawImage> {
  const pipeline = (await pipelineOf(mask)).threshold(128);
  if (invert) pipeline.negate();
  const hard = await pixelsOf(pipeline.toColourspace('b-w'));
  // sharp blurs from 0.3 on.
  return blur < 0.3 ? hard : await pixelsOf((await pipelineOf(hard)).blur(blur).toColourspace('b-w'));
}

/** The smallest rectangle with everything that is not black; undefined: all is black. */
async function boundsOf(mask: RawImage): Promise<Region | undefined> {
  const sharp = await loadSharp();
  const { channels } = await (await pipelineOf(mask)).stats();
  if ((channels[0]?.max ?? 0) === 0) return undefined;
  const { info } = await sharp(await (await pipelineOf(mask)).png({ compressionLevel: 1 }).toBuffer())
    .trim({ background: '#000', threshold: 0, lineArt: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { left: -(info.trimOffsetLeft ?? 0), top: -(info.trimOffsetTop ?? 0), width: info.width, height: info.height };
}

const clamp = (value: number, max: number): number => Math.min(Math.max(0, value), max);

/** A span of `length` around the middle of another, inside 0..max. */
function widen(start: number, length: number, wanted: number, max: number): [start: number, length: number] {
  const size = Math.min(max, Math.max(length, Math.round(wanted)));
  return [clamp(Math.round(start + (length - size) / 2), max - size), size];
}

/** The part of the picture that is painted: the bounds of the mask with padding, in the proportions of `size` as far as the picture allows. */
export function paintedRegion(
  bounds: Region,
  padding: number,
  picture: { width: number; height: number },
  size: InpaintOptions['size'],
): Region {
  const left = clamp(bounds.left - padding, picture.width);
  const top = clamp(bounds.top - padding, picture.height);
  const width = clamp(bounds.left + bounds.width + padding, picture.width) - left;
  const height = clamp(bounds.top + bounds.height + padding, picture.height) - top;
  if (!size) return { left, top, width, height };
  const wanted = size.width / size.height;
  const [x, w] = width / height < wanted ? widen(left, width, height * wanted, picture.width) : [left, width];
  const [y, h] = width / height > wanted ? widen(top, height, width / wanted, picture.height) : [top, height];
  return { left: x, top: y, width: w, height: h };
}

const cropped = async (image: RawImage, region: Region): Promise<RawImage> => pixelsOf((await pipelineOf(image)).extract(region));

/** `patch` over `base` at a place, as opaque as the mask is white. */
async function paste(base: RawImage, patch: RawImage, mask: RawImage, { left, top }: Pick<Region, 'left' | 'top'>): Promise<RawImage> {
  const { width, height } = mask;
  const layer = await pixelsOf(
    (await pipelineOf(patch)).joinChannel(bufferOf(mask), {
      raw: { width, height, channels: 1 },
    }),
  );
  const pasted = (await pipelineOf(base)).composite([{ input: bufferOf(layer), raw: { width, height, channels: 4 }, left, top }]);
  return await pixelsOf(pasted.removeAlpha().toColourspace('srgb'));
}

/** @throws ArtistError ERR_IMAGE_DECODE */
export async function prepareInpainting(options: InpaintOptions): Promise<Inpainting> {
  const { resizeMode, onlyMasked, padding, keepContent } = options;
  const picture = await decodePicture(options.init);
  const given = await decodeMask(options.mask);
  const hard =
    given.width === picture.width && given.height === picture.height
      ? given
      : await grey(await resizeImage(given, picture.width, picture.height));
  const mask = await sharpen(hard, options);
  const bounds = await boundsOf(mask);
  const region = onlyMasked && bounds ? paintedRegion(bounds, padding, picture, options.size) : undefined;
  if (region) {
    const [part, partMask] = [await cropped(picture, region), await cropped(mask, region)];
    const painted = await atSize(part, await grey(partMask), options.size, 0);
    return {
      ...painted,
      init: keepContent ? painted.init : await fillMasked(painted.init, painted.mask),
      isBlank: false,
      finish: async (image) => paste(picture, await resizeImage(image, region.width, region.height), await grey(partMask), region),
    };
  }
  const whole = await atSize(picture, mask, options.size, resizeMode);
  return {
    ...whole,
    init: keepContent || !bounds ? whole.init : await fillMasked(whole.init, whole.mask),
    isBlank: !bounds,
    finish: async (image) => {
      const size = { width: image.width, height: image.height };
      // Without a given size the engine chose one, and cropped what did not fit.
      const base = await fitTo(whole.init, size, options.size ? 0 : 1);
      return bounds ? paste(base, image, await grey(await fitTo(whole.mask, size, options.size ? 0 : 1)), { left: 0, top: 0 }) : image;
    },
  };
}

async function atSize(
  init: RawImage,
  mask: RawImage,
  size: InpaintOptions['size'],
  mode: number,
): Promise<{ init: RawImage; mask: RawImage }> {
  if (!size) return { init, mask };
  return { init: await fitTo(init, size, mode), mask: await grey(await fitTo(mask, size, mode)) };
}
