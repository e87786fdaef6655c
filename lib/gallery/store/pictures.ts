import { readFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { ArtistError } from '../../core/index.ts';
import {
  ArtImage,
  embedMarks,
  imageKind,
  insertPngChunks,
  loadSharp,
  type RawImage,
  withoutPackedTexts,
  xmpPacket,
} from '../../image/index.ts';

/** An encoded picture, ready to file. */
export interface PictureFile {
  bytes: Uint8Array;
  ending: 'png' | 'jpg' | 'webp';
  width: number;
  height: number;
}

/** A picture that was encoded in a way of its own. */
export interface EncodedWork extends PictureFile {
  /** What the record says about it besides the AI label. */
  provenance?: Record<string, unknown>;
}

/** Encodes a painted picture that will be filed under an id. */
export type EncodeWork = (image: ArtImage, id: string) => Promise<EncodedWork>;

/**
 * Encodes a PNG with recipe and AI label.
 *
 * @throws ArtistError every error of ArtImage.toBuffer()
 */
export async function encodeWork(image: ArtImage): Promise<PictureFile> {
  return { bytes: await image.toBuffer('png'), ending: 'png', width: image.width, height: image.height };
}

/** Edge of a candidate's tile, pixels. */
export const tileEdge = 128;

/** Small pictures side by side in one file, each in a square, with the AI label. */
export async function candidateStrip(images: readonly RawImage[]): Promise<Uint8Array> {
  const sharp = await loadSharp();
  try {
    const tiles = await Promise.all(
      images.map(({ data, width, height, channels }) =>
        sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } })
          .resize(tileEdge, tileEdge, { fit: 'contain', background: '#fff' })
          .flatten({ background: '#fff' })
          .png({ compressionLevel: 1 })
          .toBuffer(),
      ),
    );
    const size = { width: tileEdge * images.length, height: tileEdge };
    const strip = await sharp({ create: { ...size, channels: 3, background: '#fff' } })
      .composite(tiles.map((input, index) => ({ input, left: index * tileEdge, top: 0 })))
      .webp({ quality: 80 })
      .toBuffer();
    return embedMarks(strip, { format: 'webp', ...size, alpha: false, recipe: undefined, embedRecipe: false });
  } catch (cause) {
    throw encodeError('candidates', cause);
  }
}

/** Truncated pictures are errors, as are headers that claim an impossible size. */
const readWhole = { failOn: 'error', limitInputPixels: 1_000_000_000, sequentialRead: true } as const;

/**
 * Decodes every line of a picture. If a PNG fails, only its pixel chunks are tried: text chunks that another program wrote badly do not
 * make the picture invalid.
 */
export async function decodeWhole<T>(bytes: Uint8Array, work: (picture: Sharp) => Promise<T>): Promise<T> {
  const sharp = await loadSharp();
  try {
    return await work(sharp(withoutPackedTexts(bytes), readWhole));
  } catch (error) {
    if (imageKind(bytes) !== 'png') throw error;
    return await work(sharp(insertPngChunks(bytes, []), readWhole));
  }
}

/** Formats of thumbnails; AVIF is smaller, and takes longer to make. */
export const thumbnailFormats = ['webp', 'avif'] as const;
export type ThumbnailFormat = (typeof thumbnailFormats)[number];

/** A small picture of a picture's file: at most `edge` pixels wide and high, never enlarged, with the AI label but not the recipe. */
export async function thumbnailOf(path: string, edge: number, format: ThumbnailFormat): Promise<Uint8Array> {
  try {
    return await decodeWhole(await readFile(path), (picture) => shrink(picture.autoOrient(), edge, format));
  } catch (cause) {
    throw new ArtistError('ERR_IMAGE_DECODE', `${path}: expected a picture, got: ${reasonOf(cause)}`, { cause });
  }
}

/** As thumbnailOf(), of a picture that was just painted. */
export async function thumbnailOfPainted({ data, width, height, channels }: ArtImage, edge: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  try {
    return await shrink(sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 } }), edge, 'webp');
  } catch (cause) {
    throw encodeError('thumbnail', cause);
  }
}

async function shrink(picture: Sharp, edge: number, format: ThumbnailFormat): Promise<Uint8Array> {
  const small = picture.resize(edge, edge, { fit: 'inside', withoutEnlargement: true });
  const marks = { recipe: undefined, embedRecipe: false };
  if (format === 'avif') {
    const label = xmpPacket({ digitalSourceType: 'trainedAlgorithmicMedia', creatorTool: 'ai-artist' });
    return small.withXmp(label).avif({ quality: 55, effort: 2 }).toBuffer();
  }
  const { data, info } = await small.webp({ quality: 82 }).toBuffer({ resolveWithObject: true });
  return embedMarks(data, { format: 'webp', width: info.width, height: info.height, alpha: info.channels === 4, ...marks });
}

export function isArtImage(value: ArtImage | PictureFile): value is ArtImage {
  return value instanceof ArtImage;
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).trim().split('\n')[0] ?? '';

function encodeError(what: string, cause: unknown): ArtistError {
  return cause instanceof ArtistError
    ? cause
    : new ArtistError('ERR_IMAGE_ENCODE', `${what}: expected sharp to encode them, got: ${reasonOf(cause)}`, { cause });
}
