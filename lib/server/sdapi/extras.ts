/** extra-single-image and extra-batch-images: enlarges pictures, with a network or without. */
import { maxEdge, maxPixels } from '../../engine/index.ts';
import { ArtImage, loadSharp, type RawImage, type Recipe, readRecipe } from '../../image/index.ts';
import type { Caller, ServerContext } from '../context.ts';
import type { JsonPieces } from '../painting/held-answer.ts';
import { Base64, jsonText } from '../pictures/json-text.ts';
import { pictureOfText } from '../pictures/picture-text.ts';
import type { ExtrasBody } from './bodies.ts';
import { Refusal } from './fastapi-errors.ts';
import { type Enlarger, findEnlarger } from './lists/catalogue.ts';
import { decodePicture, pipelineOf, pixelsOf } from './pictures/start-picture.ts';
import { runJob } from './run-job.ts';

export interface ExtrasCall {
  context: ServerContext;
  caller: Caller;
  body: ExtrasBody;
  gone: AbortSignal;
}

/** Every ESRGAN file enlarges four times in a pass, as far as is known before it is loaded. */
const passFactor = 4;

interface Target {
  width: number;
  height: number;
  /** Cut out at the centre after enlarging. */
  crop: { width: number; height: number } | undefined;
}

/** @throws Refusal 422 when the result would be too large */
function targetOf({ width, height }: { width: number; height: number }, body: ExtrasBody): Target {
  const wanted = { width: body.upscaling_resize_w ?? 512, height: body.upscaling_resize_h ?? 512 };
  const isSize = body.resize_mode === 1;
  const factor = isSize ? Math.max(wanted.width / width, wanted.height / height) : (body.upscaling_resize ?? 2);
  const size = { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
  if (Math.max(size.width, size.height) > maxEdge || size.width * size.height > maxPixels)
    throw new Refusal(
      422,
      `expected a result of at most ${maxEdge} pixels an edge and ${maxPixels} in all, got ${size.width}x${size.height}`,
      [isSize ? 'upscaling_resize_w' : 'upscaling_resize'],
    );
  return { ...size, crop: isSize && (body.upscaling_crop ?? true) ? wanted : undefined };
}

/** An enlarged picture, and its file where it is just as the engine made it. */
interface Enlarged {
  pixels: RawImage;
  recipe: Recipe | undefined;
  file?: Uint8Array;
}

async function resized(image: RawImage, { width, height }: Target, kernel: 'lanczos3' | 'nearest'): Promise<RawImage> {
  if (image.width === width && image.height === height) return image;
  return await pixelsOf((await pipelineOf(image)).resize(width, height, { fit: 'fill', kernel }));
}

async function byNetwork(call: ExtrasCall, bytes: Uint8Array, target: Target, model: string | undefined): Promise<Enlarged> {
  const { context, caller, gone } = call;
  const before = await decodePicture(bytes);
  const factor = target.width / before.width;
  if (factor <= 1) return { pixels: await resized(before, target, 'lanczos3'), recipe: undefined };
  const repeats = Math.min(3, Math.max(1, Math.ceil(Math.log(factor) / Math.log(passFactor) - 1e-9)));
  const work = { kind: 'upscale', options: { repeats, ...(model !== undefined && { model }) } } as const;
  const job = await runJob(context, { work, pictures: { initImage: bytes }, keep: false, client: caller.id, dialect: 'sdapi' }, { gone });
  const [first] = job.pictures;
  if (!first) throw new Refusal(409, 'interrupted before the picture was finished');
  const { bytes: file } = await context.jobs.picture(job.id, first.index);
  const pixels = await decodePicture(file);
  const recipe = first.recipe ?? undefined;
  if (pixels.width === target.width && pixels.height === target.height) return { pixels, recipe, file };
  return { pixels: await resized(pixels, target, 'lanczos3'), recipe };
}

async function enlarge(call: ExtrasCall, bytes: Uint8Array, target: Target, enlarger: Enlarger): Promise<Enlarged> {
  if (enlarger.kind === 'network') return await byNetwork(call, bytes, target, enlarger.model);
  const pixels = await decodePicture(bytes);
  return { pixels: enlarger.kind === 'none' ? pixels : await resized(pixels, target, enlarger.kernel), recipe: undefined };
}

/** `over` on `under`, `share` opaque. */
async function blended(under: RawImage, over: RawImage, share: number): Promise<RawImage> {
  const sharp = await loadSharp();
  const { data, width, height } = await pixelsOf((await pipelineOf(over)).ensureAlpha(share));
  const layer = await sharp(data, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  return await pixelsOf(
    (await pipelineOf(under))
      .composite([{ input: layer }])
      .removeAlpha()
      .toColourspace('srgb'),
  );
}

async function cropTo(pixels: RawImage, crop: { width: number; height: number }): Promise<RawImage> {
  const [width, height] = [Math.min(crop.width, pixels.width), Math.min(crop.height, pixels.height)];
  if (width === pixels.width && height === pixels.height) return pixels;
  const place = { left: (pixels.width - width) >> 1, top: (pixels.height - height) >> 1 };
  return await pixelsOf((await pipelineOf(pixels)).extract({ ...place, width, height }));
}

/** The recipe of the given picture, which the enlarged one keeps. */
async function recipeOf(bytes: Uint8Array): Promise<Recipe | undefined> {
  const found = await readRecipe(bytes);
  return found?.recipe.prompt === undefined ? undefined : { ...found.recipe, prompt: found.recipe.prompt };
}

async function extraOf(call: ExtrasCall, bytes: Uint8Array, first: Enlarger, second: Enlarger): Promise<Uint8Array> {
  const { body } = call;
  const given = await decodePicture(bytes);
  // Without a first upscaler A1111 changes nothing.
  if (first.kind === 'none') return new ArtImage(given, await recipeOf(bytes)).toBuffer('png');
  const target = targetOf(given, body);
  const { pixels, recipe, file } = await enlarge(call, bytes, target, first);
  const share = second.kind === 'none' ? 0 : (body.extras_upscaler_2_visibility ?? 0);
  const mixed = share > 0 ? await blended(pixels, (await enlarge(call, bytes, target, second)).pixels, share) : pixels;
  const done = target.crop ? await cropTo(mixed, target.crop) : mixed;
  if (done === pixels && file) return file;
  const about = recipe ?? (await recipeOf(bytes));
  return await new ArtImage(done, about && { ...about, width: done.width, height: done.height }).toBuffer('png');
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function htmlInfo({ gfpgan_visibility, codeformer_visibility }: ExtrasBody): string {
  const lines = [
    ...(gfpgan_visibility ? ['gfpgan_visibility has no effect: there is no network for it'] : []),
    ...(codeformer_visibility ? ['codeformer_visibility has no effect: there is no network for it'] : []),
  ];
  return lines.map((line) => `<p>${escaped(line)}</p>`).join('');
}

/** Enlarges pictures one after the other. @param texts base64, by the name of their field */
async function extrasOf(call: ExtrasCall, texts: readonly (readonly [field: string, text: string])[]): Promise<Base64[]> {
  const { context, body } = call;
  const first = await findEnlarger(context, body.upscaler_1 || 'None', 'upscaler_1');
  const second = await findEnlarger(context, body.upscaler_2 || 'None', 'upscaler_2');
  const pictures: Uint8Array[] = [];
  for (const [field, text] of texts) pictures.push(await pictureOfText(field, text));
  const done: Base64[] = [];
  for (const bytes of pictures) {
    call.gone.throwIfAborted();
    done.push(new Base64(await extraOf(call, bytes, first, second)));
  }
  return done;
}

/** @throws Refusal 422; ArtistError ERR_IMAGE_DECODE, and every error of runJob() */
export async function extraSingle(call: ExtrasCall, image: string): Promise<JsonPieces> {
  const [picture] = await extrasOf(call, [['image', image]]);
  return jsonText({ html_info: htmlInfo(call.body), image: call.body.show_extras_results === false ? null : picture });
}

/** @throws as extraSingle() */
export async function extraBatch(call: ExtrasCall, images: readonly { data: string }[]): Promise<JsonPieces> {
  const pictures = await extrasOf(
    call,
    images.map(({ data }, index) => [`imageList.${index}.data`, data]),
  );
  return jsonText({ html_info: htmlInfo(call.body), images: call.body.show_extras_results === false ? [] : pictures });
}
