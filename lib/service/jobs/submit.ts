/** Checks a request for a job as the library would, before anything is queued. */

import * as z from 'zod';
import {
  candidatePixels,
  checkWork,
  dialects,
  type InputPictures,
  newOrder,
  optionsOfOrder,
  type PaintWork,
  paintingOf,
  workSourceSchema,
} from '../../artist/index.ts';
import type { LoadedConfig } from '../../config/index.ts';
import { ArtistError, display, resolveOptions } from '../../core/index.ts';
import { checkGenerate, drawSeed, type GenerateOptions, paintedPixels, upscaleOptions } from '../../engine/index.ts';
import { decodeImage } from '../../image/index.ts';
import type { PaintRequest } from './types.ts';

const word = () => z.string().min(1).max(200);

/** Everything but options and pictures, which have their own checks. */
const requestSchema = z.strictObject({
  work: z.looseObject({ kind: z.enum(['generate', 'upscale', 'create']), options: z.looseObject({}) }),
  pictures: z
    .strictObject({
      initImage: z.instanceof(Uint8Array).optional(),
      maskImage: z.instanceof(Uint8Array).optional(),
      controlImage: z.instanceof(Uint8Array).optional(),
      referenceImages: z.array(z.instanceof(Uint8Array)).min(1).max(16).optional(),
    })
    .default({}),
  keep: z.boolean().default(true),
  title: z.string().max(1000).optional(),
  tags: z.array(word()).max(1000).optional(),
  from: z.array(workSourceSchema).max(20).optional(),
  client: word(),
  dialect: z.enum(dialects),
  reference: word().optional(),
  key: z.string().min(1).max(1000).optional(),
  priority: z.int().min(0).max(100).default(60),
});

/** A request that is checked; `work` is as it will be stored. */
export interface CheckedRequest extends Omit<z.output<typeof requestSchema>, 'work' | 'pictures'> {
  work: PaintWork;
  pictures: InputPictures;
}

/** What a client may ask for beyond the options themselves. */
export interface JobBounds {
  /** Pixels of all pictures of a job. */
  mostPixels: number;
}

const million = 1_000_000;

/** @param option the one that multiplies pictures */
function checkPixels(pixels: number, { mostPixels }: JobBounds, option: string): void {
  if (pixels <= mostPixels) return;
  const [most, asked] = [mostPixels, pixels].map((count) => Math.round(count / (million / 10)) / 10);
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${option}: expected width x height x ${option} of at most ${most} million pixels, got ${asked} million. Ask for fewer or smaller pictures, or raise server.jobMegapixels`,
  );
}

const notOptions = ['initImage', 'maskImage', 'controlImage', 'referenceImages', 'photoMaker', 'signal', 'onProgress', 'image'];

/** Pictures are given beside the options, and a stored job has no functions. */
function checkNames(options: object): void {
  const wrong = notOptions.find((name) => name in options && (options as Record<string, unknown>)[name] !== undefined);
  if (wrong === undefined) return;
  const value = (options as Record<string, unknown>)[wrong];
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `options.${wrong}: expected nothing there, got ${display(value)}. Give pictures as \`pictures\`; a job takes no functions`,
  );
}

function noPicture(name: string, kind: string): ArtistError {
  return new ArtistError('ERR_INVALID_ARGUMENT', `pictures.${name}: expected none for a job of kind ${kind}, got one`);
}

async function checkPainting(
  work: Extract<PaintWork, { kind: 'generate' }>,
  pictures: InputPictures,
  loaded: LoadedConfig,
  bounds: JobBounds,
): Promise<PaintWork> {
  const { model, load, options } = work;
  checkNames(options);
  checkNames(load ?? {});
  const given = { ...options, ...pictures } as GenerateOptions;
  const painting = paintingOf(loaded, { ...load, ...(model !== undefined && { model }) }, given);
  await checkGenerate(painting.load, painting.options);
  checkPixels(await paintedPixels(painting.load, painting.options), bounds, 'batchCount');
  // Fixed now, so that a try after a crash paints the same pictures.
  const { seed } = options;
  return { ...work, options: { ...options, seed: seed === undefined || seed === -1 ? drawSeed() : seed } };
}

async function checkUpscale(work: Extract<PaintWork, { kind: 'upscale' }>, pictures: InputPictures): Promise<PaintWork> {
  checkNames(work.options);
  resolveOptions('upscale', upscaleOptions, work.options);
  const { initImage, ...others } = pictures;
  const [other] = Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (other !== undefined) throw noPicture(other, work.kind);
  if (!initImage) throw new ArtistError('ERR_INVALID_ARGUMENT', 'initImage: expected the picture to enlarge, got none');
  await decodeImage(initImage);
  return work;
}

async function checkOrder(
  work: Extract<PaintWork, { kind: 'create' }>,
  pictures: InputPictures,
  { keep, loaded, bounds }: { keep: boolean; loaded: LoadedConfig; bounds: JobBounds },
): Promise<PaintWork> {
  const [picture] = Object.entries(pictures).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (picture !== undefined) throw noPicture(picture, work.kind);
  if (!keep)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'keep: expected true for a job of kind create, whose work is always filed, got false');
  const order = newOrder(work.options);
  if (work.series && order.prompt !== undefined)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `prompt: expected none for a work of a series, which chooses it, got ${display(order.prompt)}`,
    );
  const options = optionsOfOrder(order, loaded.config.prompt.topics);
  const [missing] = await checkWork(options, loaded);
  if (missing !== undefined) throw new ArtistError('ERR_MODEL_NOT_FOUND', missing);
  checkPixels(await candidatePixels(options, loaded), bounds, 'candidates');
  return { ...work, options: order };
}

/**
 * Checks options, model files, LoRAs, pictures and the size of the job, and fixes the seed.
 *
 * @throws ArtistError every error of checkGenerate(), checkWork() and decodeImage()
 */
export async function checkRequest(request: PaintRequest, loaded: LoadedConfig, bounds: JobBounds): Promise<CheckedRequest> {
  const checked = resolveOptions('submit', requestSchema, request);
  const { work } = request;
  const pictures = checked.pictures as InputPictures;
  const { keep } = checked;
  if (work.kind === 'generate') return { ...checked, pictures, work: await checkPainting(work, pictures, loaded, bounds) };
  if (work.kind === 'upscale') return { ...checked, pictures, work: await checkUpscale(work, pictures) };
  return { ...checked, pictures, work: await checkOrder(work, pictures, { keep, loaded, bounds }) };
}
