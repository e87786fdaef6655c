import type { Sharp } from 'sharp';
import * as z from 'zod';
import { ArtistError, answering, display, resolveOptions } from '../core/index.ts';
import { withFile } from './formats/byte-source.ts';
import { describeBytes, imageKind, readableKinds } from './formats/image-kind.ts';
import { withoutPackedTexts } from './formats/png-chunks.ts';
import { loadSharp } from './load-sharp.ts';
import { checkBytes, checkRawImage, defaultMaxPixels, maxEdge, type RawImage } from './raw-image.ts';

/** A picture as input: the path of a file, its bytes, or raw pixels (or an ArtImage). */
export type ImageInput = string | Uint8Array | RawImage;

export const decodeOptions = z.strictObject({
  /** 3: RGB, for pictures. 1: grey, for masks (luma of the colours). */
  channels: z.union([z.literal(1), z.literal(3)]).default(3),
  /** Most pixels to decode; decoding takes about 8 bytes a pixel. */
  maxPixels: z.int().min(1).default(defaultMaxPixels),
});
export type DecodeOptions = z.input<typeof decodeOptions>;

export const fits = ['fill', 'cover', 'contain'] as const;
/** fill: stretch. cover: keep the proportions and crop to the centre. contain: keep everything and add white bars. */
export type Fit = (typeof fits)[number];

/** Larger encoded files are refused before reading: 100 megapixels of 16-bit RGBA, uncompressed. */
const maxFileBytes = 800_000_000;

const white = { r: 255, g: 255, b: 255 };

async function decodeBytes(name: string, file: Uint8Array, { channels, maxPixels }: z.output<typeof decodeOptions>): Promise<RawImage> {
  const fail = (got: string, cause?: unknown): never => {
    throw new ArtistError('ERR_IMAGE_DECODE', `${name}: expected a picture (${readableKinds}), got ${got}`, { cause });
  };
  const kind = imageKind(file);
  if (kind === undefined) return fail(describeBytes(file));
  const bytes = withoutPackedTexts(file);
  const sharp = await loadSharp();
  // failOn "error": damaged or truncated files are errors, harmless oddities that viewers accept are not.
  const open = (): Sharp => sharp(bytes, { failOn: 'error', limitInputPixels: maxPixels, unlimited: false });
  try {
    const { width = 0, height = 0, pageHeight = height } = await sharp(bytes, { failOn: 'error', limitInputPixels: false }).metadata();
    if (Math.max(width, pageHeight) > maxEdge)
      return fail(`a ${kind} of ${width}x${pageHeight}: its edges may have ${maxEdge} pixels. Make it smaller first`);
    if (width * pageHeight > maxPixels)
      return fail(`a ${kind} of ${width}x${pageHeight}: it may have ${maxPixels} pixels. Make it smaller first, or raise maxPixels`);
    const { data, info } = await toPixels(open().autoOrient(), channels);
    return {
      data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      width: info.width,
      height: info.height,
      channels: info.channels,
    };
  } catch (cause) {
    if (cause instanceof ArtistError) throw cause;
    return fail(`a damaged ${kind} (${(cause instanceof Error ? cause.message : String(cause)).trim().split('\n')[0]})`, cause);
  }
}

/** Flattens alpha onto white and converts any colour space to 8-bit sRGB with exactly `channels` per pixel. */
function toPixels(pipeline: Sharp, channels: 1 | 3): Promise<{ data: Buffer; info: { width: number; height: number; channels: number } }> {
  const flat = pipeline.flatten({ background: white });
  return (channels === 1 ? flat.greyscale().toColourspace('b-w') : flat.toColourspace('srgb'))
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}

/**
 * Pixels for the engine. From files and encoded bytes: EXIF orientation applied, transparency flattened onto white, CMYK, 16-bit, grey and
 * palette converted to 8-bit sRGB, the first frame of an animation. Raw pixels that already have the wanted channels are returned as they
 * are, not copied.
 *
 * @throws ArtistError ERR_READ: no such file, a directory; ERR_IMAGE_DECODE: not a picture, damaged, truncated, an edge above 16384
 *   pixels or more than `maxPixels`; ERR_INVALID_ARGUMENT: raw pixels of a wrong length, shared or detached memory
 */
export const decodeImage = answering('decodeImage', async (input: ImageInput, options: DecodeOptions = {}): Promise<RawImage> => {
  const checked = resolveOptions('decodeImage', decodeOptions, options);
  if (typeof input === 'string') {
    if (input === '') throw new ArtistError('ERR_INVALID_ARGUMENT', 'image: expected a path, bytes or raw pixels, got ""');
    const bytes = await withFile(input, async (source) => {
      if (source.size > maxFileBytes)
        throw new ArtistError('ERR_IMAGE_DECODE', `${input}: expected a file of at most ${maxFileBytes} bytes, got ${source.size}`);
      return await source.read(0, source.size);
    });
    return await decodeBytes(input, bytes, checked);
  }
  if (ArrayBuffer.isView(input)) return await decodeBytes('image', checkBytes('image', input), checked);
  if (input === null || typeof input !== 'object' || !('data' in input)) {
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `image: expected a path, bytes or { data, width, height, channels }, got ${display(input)}`,
    );
  }
  return await convertChannels(checkRawImage(input), checked.channels);
});

async function convertChannels(image: RawImage, channels: 1 | 3): Promise<RawImage> {
  if (image.channels === channels) return image;
  const { data, info } = await toPixels(await rawPipeline(image), channels);
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    width: info.width,
    height: info.height,
    channels: info.channels,
  };
}

async function rawPipeline({ data, width, height, channels }: RawImage): Promise<Sharp> {
  const sharp = await loadSharp();
  return sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 }, limitInputPixels: false });
}

const resizeOptions = z.strictObject({ width: z.int().min(1).max(maxEdge), height: z.int().min(1).max(maxEdge), fit: z.enum(fits) });

/**
 * Scales raw pixels to exactly width x height (Lanczos 3). An image of that size is returned as it is.
 *
 * @param fit "fill" (default), "cover" or "contain"
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export const resizeImage = answering(
  'resizeImage',
  async (image: RawImage, width: number, height: number, fit: Fit = 'fill'): Promise<RawImage> => {
    const raw = checkRawImage(image);
    const size = resolveOptions('resizeImage', resizeOptions, { width, height, fit });
    if (raw.width === width && raw.height === height) return raw;
    const pipeline = await rawPipeline(raw);
    pipeline.resize({ ...size, kernel: 'lanczos3', background: raw.channels === 2 || raw.channels === 4 ? { ...white, alpha: 1 } : white });
    if (raw.channels === 1) pipeline.toColourspace('b-w');
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    // sharp converts grey with alpha to RGBA, so extract grey and alpha again.
    const resized = raw.channels === 2 && info.channels === 4 ? pixels.filter((_, at) => at % 4 === 0 || at % 4 === 3) : pixels;
    return checkRawImage({ data: resized, width: info.width, height: info.height, channels: raw.channels });
  },
);
