import { extname, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Sharp } from 'sharp';
import * as z from 'zod';
import { ArtistError, display, resolveOptions, writeOutput } from '../core/index.ts';
import { embedMarks } from './embed.ts';
import { loadSharp } from './load-sharp.ts';
import { checkRawImage, type RawImage } from './raw-image.ts';
import { checkRecipe, type Recipe } from './recipes/recipe.ts';

/** Output formats. All three contain the recipe and the AI label. */
export const imageFormats = ['png', 'jpeg', 'webp'] as const;
export type ImageFormat = (typeof imageFormats)[number];

/** The media type of each format, as HTTP and Blob name it. */
export const mediaTypes = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' } as const satisfies Record<ImageFormat, string>;

/** Longest edge of the format's own size fields, pixels. */
const formatMaxEdge: Record<ImageFormat, number> = { png: 16_384, jpeg: 16_384, webp: 16_383 };

const encodeShape = () => ({
  /** JPEG and WebP: 1..100, higher is better and larger. Default 90. PNG is lossless and ignores it. */
  quality: z.int().min(1).max(100).optional(),
  /** WebP only: keep every pixel. Default false. */
  lossless: z.boolean().optional(),
  /** false: write only the AI label, not prompt and settings. Default true. */
  embedRecipe: z.boolean().default(true),
});

export const encodeOptions = z.strictObject(encodeShape());
export type EncodeOptions = z.input<typeof encodeOptions>;

export const saveOptions = z.strictObject({
  ...encodeShape(),
  /** Default: from the ending of the path (.png, .jpg, .jpeg, .webp). */
  format: z.enum(imageFormats).optional(),
  /** false: fail with ERR_ALREADY_EXISTS instead of replacing a file. Default true, as with sharp and fs.writeFile. */
  overwrite: z.boolean().default(true),
});
export type SaveOptions = z.input<typeof saveOptions>;

const formatArgument = z.strictObject({ format: z.enum(imageFormats) });

export interface SavedImage {
  /** Absolute path. */
  path: string;
  format: ImageFormat;
  /** Size of the file, bytes. */
  bytes: number;
}

function formatOfPath(path: string): ImageFormat {
  const ending = extname(path).toLowerCase();
  if (ending === '.png' || ending === '.webp') return ending === '.png' ? 'png' : 'webp';
  if (ending === '.jpg' || ending === '.jpeg') return 'jpeg';
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `path: expected a name ending in .png, .jpg, .jpeg or .webp (or the option format), got ${display(path)}`,
  );
}

/** A painted picture: raw pixels and their recipe. */
export class ArtImage implements RawImage {
  /** Rows top to bottom, 8-bit sRGB, `channels` interleaved; data.length = width * height * channels. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey + alpha, 3 RGB, 4 RGBA. */
  readonly channels: number;
  readonly recipe: Recipe | undefined;

  /**
   * The pixels are not copied.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: the length of `data` does not fit the size, or the recipe has a wrong field
   */
  constructor(raw: RawImage, recipe?: Recipe) {
    const { data, width, height, channels } = checkRawImage(raw);
    this.data = data;
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.recipe = recipe === undefined ? undefined : checkRecipe(recipe);
  }

  /**
   * Writes the picture with its recipe and AI label, atomically (temporary file, fsync, rename). Missing folders are created. An existing
   * file is replaced unless `overwrite` is false. Encoding and writing never block the event loop.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_ALREADY_EXISTS, ERR_DISK_FULL, ERR_WRITE, ERR_IMAGE_ENCODE
   */
  async save(path: string, options: SaveOptions = {}): Promise<SavedImage> {
    if (typeof path !== 'string' || path === '' || path.includes('\0'))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `path: expected the path of a file, got ${display(path)}`);
    const { format = formatOfPath(path), overwrite, ...encoding } = resolveOptions('save', saveOptions, options);
    const bytes = await this.#encode(format, encoding);
    await writeOutput(path, bytes, { overwrite });
    return { path: resolve(path), format, bytes: bytes.length };
  }

  /**
   * The encoded picture with its recipe and AI label. PNG is byte-deterministic: same pixels and recipe, same bytes (for one version of sharp).
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_IMAGE_ENCODE
   */
  async toBuffer(format: ImageFormat = 'png', options: EncodeOptions = {}): Promise<Buffer> {
    const checked = resolveOptions('toBuffer', formatArgument, { format });
    return await this.#encode(checked.format, resolveOptions('toBuffer', encodeOptions, options));
  }

  /**
   * What toBuffer() gives as a Blob with its media type: for `fetch()`, FormData, and `new Response(blob)`.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_IMAGE_ENCODE
   */
  async toBlob(format: ImageFormat = 'png', options: EncodeOptions = {}): Promise<Blob> {
    const { format: checked } = resolveOptions('toBlob', formatArgument, { format });
    const bytes = await this.#encode(checked, resolveOptions('toBlob', encodeOptions, options));
    return new Blob([new Uint8Array(bytes)], { type: mediaTypes[checked] });
  }

  /**
   * What toBuffer() gives as a stream of bytes, for `pipe()` and `pipeline()`. The picture is encoded when the stream is first read; a picture
   * that cannot be encoded is the stream's error (ERR_IMAGE_ENCODE).
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT at once
   */
  toStream(format: ImageFormat = 'png', options: EncodeOptions = {}): Readable {
    const { format: checked } = resolveOptions('toStream', formatArgument, { format });
    const encoding = resolveOptions('toStream', encodeOptions, options);
    const encode = (): Promise<Buffer> => this.#encode(checked, encoding);
    return Readable.from(
      (async function* () {
        yield await encode();
      })(),
      { objectMode: false },
    );
  }

  /** The raw pixels as a sharp pipeline, for other operations. Its output has neither recipe nor AI label. */
  async toSharp(): Promise<Sharp> {
    const sharp = await loadSharp();
    const { data, width, height, channels } = this;
    return sharp(data, { raw: { width, height, channels: channels as 1 | 2 | 3 | 4 }, limitInputPixels: false });
  }

  /** Size and recipe, without the pixels: what logs and `--json` show. */
  toJSON(): { width: number; height: number; channels: number; recipe: Recipe | undefined } {
    const { width, height, channels, recipe } = this;
    return { width, height, channels, recipe };
  }

  async #encode(format: ImageFormat, { quality, lossless, embedRecipe }: z.output<typeof encodeOptions>): Promise<Buffer> {
    if (quality !== undefined && format === 'png')
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `quality: expected nothing for png, which is lossless, got ${quality}. Leave it out or use jpeg or webp`,
      );
    if (lossless !== undefined && format !== 'webp')
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `lossless: expected nothing for ${format}, got ${lossless}. It is a choice of webp only`,
      );
    const edge = Math.max(this.width, this.height);
    if (edge > formatMaxEdge[format])
      throw new ArtistError(
        'ERR_IMAGE_ENCODE',
        `${format}: expected edges up to ${formatMaxEdge[format]} pixels, got ${this.width}x${this.height}. Use png`,
      );
    const alpha = this.channels === 2 || this.channels === 4;
    try {
      const pipeline = await this.toSharp();
      // All options are explicit, so that a changed default of sharp does not change the bytes of a picture.
      if (format === 'png') pipeline.png({ compressionLevel: 6, adaptiveFiltering: false, palette: false, progressive: false });
      else if (format === 'webp') pipeline.webp({ quality: quality ?? 90, lossless: lossless ?? false, effort: 4 });
      else pipeline.flatten({ background: '#fff' }).jpeg({ quality: quality ?? 90, chromaSubsampling: '4:4:4' });
      const encoded = await pipeline.toBuffer();
      return embedMarks(encoded, {
        format,
        width: this.width,
        height: this.height,
        alpha: alpha && format !== 'jpeg',
        recipe: this.recipe,
        embedRecipe,
      });
    } catch (cause) {
      if (cause instanceof ArtistError) throw cause;
      throw new ArtistError(
        'ERR_IMAGE_ENCODE',
        `${format}: expected sharp to encode ${this.width}x${this.height}x${this.channels}, got: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      );
    }
  }
}
