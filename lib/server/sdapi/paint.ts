/** txt2img and img2img: from the body to the answer. */
import type { GenerateOptions } from '../../engine/index.ts';
import { ArtImage, type RawImage, type Recipe } from '../../image/index.ts';
import type { InputPictures, PaintJob } from '../../service/index.ts';
import type { Caller, ServerContext } from '../context.ts';
import { withoutPaths } from '../errors/request-error.ts';
import { modelFacts } from '../models/facts.ts';
import type { JsonPieces } from '../painting/held-answer.ts';
import { Base64, jsonText } from '../pictures/json-text.ts';
import { pictureOfText } from '../pictures/picture-text.ts';
import type { Img2imgBody, PaintBody, Txt2imgBody } from './bodies.ts';
import type { ClientOptions } from './client-options.ts';
import { Refusal } from './fastapi-errors.ts';
import { infoText } from './info.ts';
import { findAutoencoder, findCheckpoint, findHiresUpscaler, promptStyles } from './lists/catalogue.ts';
import { changesOf, withChange } from './options.ts';
import { type Painting, planPainting, refuseScripts, withInfotext } from './painting.ts';
import { type Inpainting, prepareInpainting } from './pictures/inpaint.ts';
import { decodePicture, fitTo, pngOf } from './pictures/start-picture.ts';
import { runJob } from './run-job.ts';

export interface PaintCall<B extends PaintBody> {
  context: ServerContext;
  options: ClientOptions;
  caller: Caller;
  body: B;
  gone: AbortSignal;
}

/** A picture of the answer. */
interface Painted {
  bytes: Uint8Array;
  recipe: Recipe | null;
}

/** The work of a request, with what the client chose before. */
async function planOf<B extends PaintBody>({ context, options, caller, body }: PaintCall<B>): Promise<{ painting: Painting; body: B }> {
  refuseScripts(body);
  const before = await options.of(caller.id);
  const change = await changesOf(context, before, body.override_settings ?? {});
  if (body.override_settings_restore_afterwards === false) await options.change(caller.id, change);
  const chosen = withChange(before, change);
  const model = chosen.model === undefined ? undefined : (await findCheckpoint(context, chosen.model)).model;
  const full = withInfotext(body);
  const { enable_hr, hr_upscaler } = full as Partial<Txt2imgBody>;
  const painting = planPainting(full, {
    model,
    multiple: (await modelFacts(context, model)).multiple,
    clipSkip: chosen.clipSkip,
    vae: chosen.vae === undefined ? undefined : await findAutoencoder(context, chosen.vae),
    styles: promptStyles(context, caller),
    hiresUpscaler: enable_hr ? await findHiresUpscaler(context, hr_upscaler || 'Latent') : undefined,
  });
  return { painting, body: full };
}

/** Filed unless the client says no. */
const isKept = ({ save_images }: PaintBody): boolean => save_images !== false;

async function runPainting(call: PaintCall<PaintBody>, { work }: Painting, keep: boolean, pictures?: InputPictures): Promise<PaintJob> {
  const { context, caller, body, gone } = call;
  const reference = body.force_task_id || undefined;
  // A client that named its task can follow it, and finds the picture in the gallery.
  const detached = reference !== undefined && keep;
  const request = {
    work,
    keep,
    client: caller.id,
    dialect: 'sdapi',
    ...(reference && { reference }),
    ...(pictures && { pictures }),
  } as const;
  return await runJob(context, request, { gone, detached });
}

async function paintedOf({ jobs }: ServerContext, job: PaintJob): Promise<Painted[]> {
  return await Promise.all(job.pictures.map(async ({ index, recipe }) => ({ bytes: (await jobs.picture(job.id, index)).bytes, recipe })));
}

interface AnswerParts {
  body: PaintBody;
  echo: object;
  job: PaintJob;
  painted: readonly Painted[];
  comments: readonly string[];
}

function answerText({ home }: ServerContext, { body, echo, job, painted, comments }: AnswerParts): JsonPieces {
  const stopped = job.state === 'cancelled' ? ['interrupted: these are the pictures that were finished'] : [];
  const info = infoText({
    body,
    recipes: painted.map(({ recipe }) => recipe),
    comments: [...comments, ...job.warnings.map((line) => withoutPaths(line, home.folder)), ...stopped],
    createdAt: job.createdAt,
  });
  const images = body.send_images === false ? [] : painted.map(({ bytes }) => new Base64(bytes));
  return jsonText({ images, parameters: echo, info });
}

/** @throws Refusal; ArtistError every error of runJob() */
export async function txt2img(call: PaintCall<Txt2imgBody>): Promise<JsonPieces> {
  const { painting, body } = await planOf(call);
  const job = await runPainting({ ...call, body }, painting, isKept(body));
  const painted = await paintedOf(call.context, job);
  return answerText(call.context, { body, echo: call.body, job, painted, comments: painting.comments });
}

/** The one picture to start from. */
async function initImageOf({ init_images }: Img2imgBody): Promise<Uint8Array> {
  const [first, ...others] = init_images ?? [];
  if (first === undefined) throw new Refusal(404, 'Init image not found');
  if (others.length > 0) throw new Refusal(422, `expected one picture, got ${others.length + 1}: send a request for each`, ['init_images']);
  return await pictureOfText('init_images.0', first);
}

/** Only a picture that must be stretched or gets borders is changed here: the engine crops others itself. */
async function startPicture(bytes: Uint8Array, mode: number, { width, height }: GenerateOptions): Promise<Uint8Array> {
  if (mode === 1 || width === undefined || height === undefined) return bytes;
  const picture = await decodePicture(bytes);
  return picture.width * height === picture.height * width ? bytes : await pngOf(await fitTo(picture, { width, height }, mode));
}

/** @throws Refusal; ArtistError ERR_IMAGE_DECODE, and every error of runJob() */
export async function img2img(call: PaintCall<Img2imgBody>): Promise<JsonPieces> {
  const init = await initImageOf(call.body);
  const { painting, body } = await planOf(call);
  const { init_images, mask, include_init_images, ...rest } = call.body;
  const echo = include_init_images ? { ...rest, init_images, mask: mask ?? null } : { ...rest, init_images: null, mask: null };
  const inpainting = body.mask ? await inpaintingOf(body, init, await pictureOfText('mask', body.mask), painting.work.options) : undefined;
  if (inpainting && !inpainting.isBlank) return await inpaint({ ...call, body }, painting, inpainting, echo);
  const comments = inpainting ? [...painting.comments, 'the mask has no white: the whole picture was painted'] : painting.comments;
  const initImage = await startPicture(init, body.resize_mode ?? 0, painting.work.options);
  const job = await runPainting({ ...call, body }, painting, isKept(body), { initImage });
  return answerText(call.context, { body, echo, job, painted: await paintedOf(call.context, job), comments });
}

async function inpaintingOf(
  body: Img2imgBody,
  init: Uint8Array,
  mask: Uint8Array,
  { width, height }: GenerateOptions,
): Promise<Inpainting> {
  return await prepareInpainting({
    init,
    mask,
    size: width === undefined || height === undefined ? undefined : { width, height },
    resizeMode: body.resize_mode ?? 0,
    blur: Math.max(body.mask_blur ?? 4, body.mask_blur_x ?? 0, body.mask_blur_y ?? 0),
    invert: body.inpainting_mask_invert === 1,
    onlyMasked: body.inpaint_full_res ?? true,
    padding: body.inpaint_full_res_padding ?? 0,
    keepContent: body.inpainting_fill === 1,
  });
}

/** The settings of inpainting under the names of A1111's infotext. */
function inpaintFields(body: Img2imgBody): Record<string, string> {
  return {
    'Mask blur': String(body.mask_blur ?? 4),
    'Masked content': body.inpainting_fill === 1 ? 'original' : 'fill',
    ...((body.inpaint_full_res ?? true) && {
      'Inpaint area': 'Only masked',
      'Masked area padding': String(body.inpaint_full_res_padding ?? 0),
    }),
  };
}

/** Paints the masked part, pastes it into the given picture, and files the result: what the engine painted alone is no picture of its own. */
async function inpaint(call: PaintCall<Img2imgBody>, painting: Painting, inpainting: Inpainting, echo: object): Promise<JsonPieces> {
  const { context, body } = call;
  const comments = [...painting.comments];
  if ((body.inpainting_fill ?? 0) > 1) comments.push('inpainting_fill 2 and 3 are painted as 0, fill');
  const pictures = { initImage: await pngOf(inpainting.init), maskImage: await pngOf(inpainting.mask) };
  const job = await runPainting(call, painting, false, pictures);
  const painted: Painted[] = [];
  for (const { bytes, recipe } of await paintedOf(context, job)) {
    const pixels: RawImage = await inpainting.finish(await decodePicture(bytes));
    const { width, height } = pixels;
    const whole: Recipe = { prompt: '', ...recipe, width, height, extra: { ...recipe?.extra, ...inpaintFields(body) } };
    const image = new ArtImage(pixels, whole);
    if (isKept(body)) await context.gallery.add({ image });
    painted.push({ bytes: await image.toBuffer('png'), recipe: whole });
  }
  return answerText(context, { body, echo, job, painted, comments });
}
