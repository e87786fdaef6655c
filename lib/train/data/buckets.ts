import * as z from 'zod';
import { ArtistError } from '../../core/index.ts';
import { type BucketCount, bucketName, nameSome } from '../../lora/index.ts';
import { counterRandom } from './counter-random.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

const edge = (): z.ZodInt => z.int().min(8).max(8192);

export const bucketOptions = z.strictObject({
  /** Target size in pixels: the edge of a square, or a width and height. No bucket has a larger area. */
  resolution: z.union([edge(), z.strictObject({ width: edge(), height: edge() })], { error: 'an integer 8..8192 or {width, height}' }),
  /** Edges of buckets are multiples of this many pixels: the model's size multiple. */
  step: z.int().min(1).max(1024),
  /** true: pictures keep their proportions, in buckets of about equal area. false: all are cropped to `resolution`. Default true. */
  buckets: z.boolean().default(true),
  /** Shortest and longest edge of a bucket. Default: half and twice the resolution's shorter and longer edge. */
  minBucketEdge: edge().optional(),
  maxBucketEdge: edge().optional(),
  /** Never enlarge pictures: small ones get buckets of their own size. Default false. */
  noUpscale: z.boolean().default(false),
  /** Pictures that would be enlarged by more than this factor are refused as too small; 1 refuses every enlargement. Default 2. */
  maxUpscale: z.number().min(1).max(64).default(2),
  /** Where to crop if proportions differ: the same on both sides, or at random. Default "centre". */
  crop: z.enum(['centre', 'random']).default('centre'),
  /** Number of random crops per picture; each is encoded once and cached. Default 4. */
  crops: z.int().min(1).max(64).default(4),
  /** Also learn mirrored pictures. Not for faces, text or anything else whose sides differ. Default false. */
  flip: z.boolean().default(false),
});
export type BucketOptions = z.input<typeof bucketOptions>;
export type ResolvedBuckets = z.output<typeof bucketOptions>;

/** One way to fit a picture into its bucket: scale it, crop it, mirror it. Pixels. */
export interface Frame {
  readonly bucket: Size;
  /** Size before cropping; at least the bucket's. */
  readonly scaled: Size;
  /** Top left corner of the crop in the scaled picture. */
  readonly left: number;
  readonly top: number;
  readonly flip: boolean;
}

export interface FramedPicture<T> {
  readonly picture: T;
  readonly bucket: Size;
  /** Scale factor; above 1 enlarges. */
  readonly scale: number;
  /** All variants used in training; at least one. */
  readonly frames: readonly Frame[];
}

const areaOf = ({ resolution }: ResolvedBuckets): Size =>
  typeof resolution === 'number' ? { width: resolution, height: resolution } : resolution;

const down = (value: number, step: number): number => Math.floor(value / step) * step;

/**
 * Makes the buckets of a resolution as kohya's trainer does: for each width the largest height within the area, and the same transposed.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when no bucket fits the limits
 */
export function makeBuckets(options: ResolvedBuckets): Size[] {
  const { width, height } = areaOf(options);
  const { step } = options;
  const refuse = (why: string): never => {
    throw new ArtistError('ERR_INVALID_ARGUMENT', `resolution: expected ${why}, got ${width}x${height} in steps of ${step}`);
  };
  if (!options.buckets) {
    if (width % step !== 0 || height % step !== 0) refuse(`multiples of the model's ${step} pixels`);
    return [{ width, height }];
  }
  const shortest = Math.max(step, Math.ceil((options.minBucketEdge ?? Math.min(width, height) / 2) / step) * step);
  const longest = down(options.maxBucketEdge ?? Math.max(width, height) * 2, step);
  const area = width * height;
  const sizes = new Map<string, Size>();
  const add = (size: Size): unknown => sizes.set(bucketName(size), size);
  const square = down(Math.sqrt(area), step);
  if (square >= shortest && square <= longest) add({ width: square, height: square });
  for (let across = shortest; across <= longest; across += step) {
    const upright = Math.min(longest, down(area / across, step));
    if (upright < shortest) continue;
    add({ width: across, height: upright });
    add({ width: upright, height: across });
  }
  if (sizes.size === 0) refuse(`room for a bucket with edges of ${shortest} to ${longest} pixels`);
  return [...sizes.values()].sort((a, b) => a.width - b.width || a.height - b.height);
}

/** Returns the bucket with the closest proportions, and the size to scale a picture to so that it covers the bucket. */
export function chooseBucket(
  picture: Size,
  buckets: readonly Size[],
  options: ResolvedBuckets,
): { bucket: Size; scaled: Size; scale: number } {
  const ratio = picture.width / picture.height;
  if (options.noUpscale && options.buckets) return ownBucket(picture, options);
  let bucket = buckets[0] as Size;
  for (const candidate of buckets) {
    const [error, best] = [candidate, bucket].map(({ width, height }) => Math.abs(Math.log(width / height / ratio))) as [number, number];
    // Of two buckets with the same proportions, the larger one.
    if (error < best - 1e-9 || (error < best + 1e-9 && candidate.width > bucket.width)) bucket = candidate;
  }
  const scale = Math.max(bucket.width / picture.width, bucket.height / picture.height);
  return { bucket, scaled: cover(picture, scale, bucket), scale };
}

function cover({ width, height }: Size, scale: number, least: Size): Size {
  return { width: Math.max(least.width, Math.round(width * scale)), height: Math.max(least.height, Math.round(height * scale)) };
}

/** Makes a bucket for one picture: scaled down if its area is too large, and cropped to whole steps. */
function ownBucket(picture: Size, options: ResolvedBuckets): { bucket: Size; scaled: Size; scale: number } {
  const area = areaOf(options);
  const scale = Math.min(1, Math.sqrt((area.width * area.height) / (picture.width * picture.height)));
  const bucket = { width: down(picture.width * scale + 1e-6, options.step), height: down(picture.height * scale + 1e-6, options.step) };
  return { bucket, scaled: cover(picture, scale, bucket), scale };
}

/** All variants of a picture in its bucket. The same seed, picture and options always give the same variants. */
function framesOf(id: number, bucket: Size, scaled: Size, options: ResolvedBuckets, seed: number): Frame[] {
  const [across, upright] = [scaled.width - bucket.width, scaled.height - bucket.height];
  const corners = new Map<string, { left: number; top: number }>();
  const add = (left: number, top: number): unknown => corners.set(`${left},${top}`, { left, top });
  if (options.crop === 'centre' || (across === 0 && upright === 0)) add(across >> 1, upright >> 1);
  else
    for (let index = 0; index < options.crops; index++) {
      const draw = counterRandom(seed, 'crop', [id, index]);
      add(Math.floor(draw() * (across + 1)), Math.floor(draw() * (upright + 1)));
    }
  const flips = options.flip ? [false, true] : [false];
  return [...corners.values()].flatMap((corner) => flips.map((flip) => ({ bucket, scaled, ...corner, flip })));
}

export interface Framing<T> {
  readonly pictures: readonly FramedPicture<T>[];
  readonly warnings: readonly string[];
}

/**
 * Assigns a bucket and variants to each picture.
 *
 * @throws ArtistError ERR_TRAIN_DATA when pictures would be enlarged by more than maxUpscale; ERR_INVALID_ARGUMENT when no bucket fits
 */
export function framePictures<T extends Size & { readonly id: number; readonly name: string; readonly role?: string }>(
  pictures: readonly T[],
  options: ResolvedBuckets,
  seed: number,
): Framing<T> {
  const buckets = makeBuckets(options);
  const framed = pictures.map((picture) => {
    const { bucket, scaled, scale } = chooseBucket(picture, buckets, options);
    // Validation losses are comparable only if the held-out pictures never change.
    const fixed = picture.role === 'validation' ? { ...options, crop: 'centre' as const, flip: false } : options;
    return { picture, bucket, scale, frames: framesOf(picture.id, bucket, scaled, fixed, seed) };
  });
  const tiny = framed.filter(
    ({ bucket, scale }) => scale > options.maxUpscale + 1e-9 || Math.min(bucket.width, bucket.height) < options.step,
  );
  if (tiny.length > 0) {
    const lines = tiny.map(({ picture, bucket, scale }) =>
      scale > options.maxUpscale
        ? `${picture.name}: ${bucketName(picture)} would be enlarged ${scale.toFixed(1)} times to ${bucketName(bucket)}`
        : `${picture.name}: ${bucketName(picture)} is smaller than one step of ${options.step} pixels`,
    );
    throw new ArtistError(
      'ERR_TRAIN_DATA',
      `pictures: expected pictures that need no more than ${options.maxUpscale} times enlargement (maxUpscale), got ${tiny.length} smaller ones:\n  ${nameSome(lines)}\nRemove them, train at a smaller resolution, or raise maxUpscale`,
      { details: lines },
    );
  }
  const enlarged = framed.filter(({ scale }) => scale > 1.05).sort((a, b) => b.scale - a.scale);
  const most = enlarged[0];
  const warnings = most
    ? [
        `${enlarged.length} pictures are smaller than their bucket and are enlarged, ${most.picture.name} ${most.scale.toFixed(1)} times: the LoRA may learn their softness`,
      ]
    : [];
  return { pictures: framed, warnings };
}

/** Number of pictures in each bucket, largest first. */
export function countBuckets(framed: readonly { readonly bucket: Size }[]): BucketCount[] {
  const counts = new Map<string, { bucket: Size; pictures: number }>();
  for (const { bucket } of framed) {
    const name = bucketName(bucket);
    counts.set(name, { bucket, pictures: (counts.get(name)?.pictures ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.pictures - a.pictures || a.bucket.width - b.bucket.width);
}
