/** From a request of A1111 to the work of a paint job: names and numbers only, no pictures and no files. */
import type { GenerateOptions, HiresUpscaler } from '../../engine/index.ts';
import { readInfotext } from '../../image/index.ts';
import type { PaintWork } from '../../service/index.ts';
import type { Img2imgBody, PaintBody, Txt2imgBody } from './bodies.ts';
import { Refusal } from './fastapi-errors.ts';
import type { PromptStyle } from './lists/catalogue.ts';
import { readSampling } from './lists/sampling.ts';

/** What the request cannot say by itself. */
export interface PaintingFacts {
  /** For PaintWork; undefined: the model of the settings. */
  model: string | undefined;
  /** Edges of its pictures are multiples of this many pixels. */
  multiple: number;
  /** What the client chose with /options, overridden by override_settings. */
  clipSkip: number | undefined;
  /** Path of the autoencoder; undefined: the model's own. */
  vae: string | undefined;
  styles: readonly PromptStyle[];
  hiresUpscaler?: { upscaler: HiresUpscaler; model?: string } | undefined;
}

export interface Painting {
  work: Extract<PaintWork, { kind: 'generate' }>;
  /** What was asked for and is not done, one sentence each. */
  comments: string[];
}

/** Most pictures of one request, as many as the engine paints in one call. */
const mostPictures = 64;

const isTxt2img = (body: PaintBody): body is Txt2imgBody => !('init_images' in body);

/** A style's text with the prompt in place of {prompt}, else both with a comma. */
function withStyle(prompt: string, style: string): string {
  if (style.includes('{prompt}')) return style.replaceAll('{prompt}', prompt);
  return [prompt, style].filter((part) => part.trim() !== '').join(', ');
}

function prompts(body: PaintBody, styles: readonly PromptStyle[]): { prompt: string; negativePrompt?: string } {
  const chosen = (body.styles ?? []).flatMap((name) => styles.find((style) => style.name === name) ?? []);
  const prompt = chosen.reduce((text, style) => withStyle(text, style.prompt), body.prompt ?? '');
  const negativePrompt = chosen.reduce((text, style) => withStyle(text, style.negative_prompt), body.negative_prompt ?? '');
  return { prompt, ...(negativePrompt.trim() !== '' && { negativePrompt }) };
}

/** Sizes between the multiples are painted at the nearest one: clients of A1111 send any multiple of 8. */
class Edges {
  readonly comments: string[] = [];
  readonly #multiple: number;

  constructor(multiple: number) {
    this.#multiple = multiple;
  }

  /** undefined for 0 and for none. */
  fit(name: string, edge: number | null | undefined): number | undefined {
    if (!edge) return undefined;
    const fitting = Math.max(this.#multiple, Math.round(edge / this.#multiple) * this.#multiple);
    if (fitting !== edge)
      this.comments.push(`${name} ${edge} is painted as ${fitting}: this model paints multiples of ${this.#multiple} pixels`);
    return fitting;
  }
}

/** Final size of the second pass; undefined: a factor is given. One edge alone keeps the proportions, if those are known. */
function hiresSize(body: Txt2imgBody): { width: number | undefined; height: number | undefined } | undefined {
  // Before hr_scale there were firstphase_width and -height, and width and height were the final size.
  const isOld = Boolean(body.firstphase_width || body.firstphase_height);
  const [x, y] = isOld ? [body.width, body.height] : [body.hr_resize_x, body.hr_resize_y];
  if (!x && !y) return undefined;
  const shape = body.width && body.height ? body.width / body.height : undefined;
  return {
    width: x || (y && shape ? Math.round(y * shape) : undefined),
    height: y || (x && shape ? Math.round(x / shape) : undefined),
  };
}

function hiresOf(body: Txt2imgBody, edges: Edges, upscaler: PaintingFacts['hiresUpscaler']): GenerateOptions['hires'] {
  const size = hiresSize(body);
  const width = edges.fit('hires width', size?.width);
  const height = edges.fit('hires height', size?.height);
  return {
    ...upscaler,
    ...(!size && { scale: Math.max(1, body.hr_scale || 2) }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(body.hr_second_pass_steps && { steps: body.hr_second_pass_steps }),
    ...(typeof body.denoising_strength === 'number' && { denoisingStrength: body.denoising_strength }),
  };
}

/** Options of A1111 that change a picture and have no counterpart in the engine. */
function undone(body: PaintBody): string[] {
  const comments: string[] = [];
  const say = (is: unknown, text: string): void => {
    if (is) comments.push(text);
  };
  say(body.subseed_strength, 'subseed and subseed_strength have no effect: this engine does not mix two seeds');
  say((body.seed_resize_from_w ?? 0) > 0 || (body.seed_resize_from_h ?? 0) > 0, 'seed_resize_from_w and seed_resize_from_h have no effect');
  say(body.restore_faces, 'restore_faces has no effect: there is no network for it');
  say(body.s_churn, 's_churn has no effect');
  if (!isTxt2img(body)) return comments;
  if (!body.enable_hr) return comments;
  for (const key of ['hr_prompt', 'hr_negative_prompt', 'hr_checkpoint_name', 'hr_sampler_name', 'hr_scheduler'] as const)
    say(body[key] && !/^use same /i.test(body[key]), `${key} has no effect: the second pass paints with the settings of the first`);
  return comments;
}

/** Fields of an infotext for those that the request leaves out, as in A1111. */
export function withInfotext<T extends PaintBody>(body: T): T {
  const recipe = body.infotext ? readInfotext(body.infotext) : undefined;
  if (!recipe) return body;
  const tags = (recipe.loras ?? []).map(({ name, weight }) => `<lora:${name}:${weight}>`);
  const found: Partial<PaintBody> = {
    prompt: recipe.prompt === undefined ? undefined : [recipe.prompt, ...tags].join(' '),
    negative_prompt: recipe.negativePrompt,
    seed: recipe.seed,
    steps: recipe.steps,
    sampler_name: recipe.sampler,
    scheduler: recipe.scheduler,
    cfg_scale: recipe.cfgScale,
    width: recipe.width,
    height: recipe.height,
    clip_skip: recipe.clipSkip,
    denoising_strength: recipe.denoisingStrength,
  };
  const given = Object.entries(body).filter(([, value]) => value !== undefined && value !== null);
  const filled = Object.entries(found).filter(([, value]) => value !== undefined);
  return { ...body, ...Object.fromEntries(filled), ...Object.fromEntries(given) };
}

/** The scripts of A1111 are programs of its own: none exists here. @throws Refusal 422 */
export function refuseScripts({ script_name, alwayson_scripts }: PaintBody): void {
  if (script_name) throw new Refusal(422, `Script '${script_name.slice(0, 200)}' not found`);
  const [first] = Object.keys(alwayson_scripts ?? {});
  if (first !== undefined) throw new Refusal(422, `always on script ${first.slice(0, 200)} not found`);
}

/** Number of pictures. @throws Refusal 422 */
function countOf({ batch_size, n_iter }: PaintBody): number {
  const count = (batch_size ?? 1) * (n_iter ?? 1);
  if (count > mostPictures) throw new Refusal(422, `batch_size x n_iter: expected at most ${mostPictures}, got ${count}`, ['n_iter']);
  return count;
}

/**
 * The work of a request. What the request leaves out is the model's own: steps, cfg_scale, size, sampler, scheduler.
 *
 * @throws Refusal 400 for an unknown sampler, 422 for too many pictures
 */
export function planPainting(body: PaintBody, facts: PaintingFacts): Painting {
  const sampling = readSampling(body.sampler_name || body.sampler_index || undefined, body.scheduler || undefined);
  if (!sampling) throw new Refusal(400, 'Sampler not found');
  const { sampler, scheduler } = sampling;
  const edges = new Edges(facts.multiple);
  const hires = isTxt2img(body) && body.enable_hr ? hiresOf(body, edges, facts.hiresUpscaler) : undefined;
  const isOldHires = hires !== undefined && isTxt2img(body) && Boolean(body.firstphase_width || body.firstphase_height);
  const width = edges.fit('width', isOldHires ? (body as Txt2imgBody).firstphase_width : body.width);
  const height = edges.fit('height', isOldHires ? (body as Txt2imgBody).firstphase_height : body.height);
  const clipSkip = body.clip_skip || facts.clipSkip;
  const options: Painting['work']['options'] = {
    ...prompts(body, facts.styles),
    ...(typeof body.seed === 'number' && body.seed >= 0 && { seed: body.seed }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    batchCount: countOf(body),
    ...(body.steps && { steps: body.steps }),
    ...(typeof body.cfg_scale === 'number' && { cfgScale: body.cfg_scale }),
    ...(typeof body.distilled_cfg_scale === 'number' && { guidance: body.distilled_cfg_scale }),
    ...(sampler !== undefined && { sampler }),
    ...(scheduler !== undefined && { scheduler }),
    ...(typeof body.eta === 'number' && { eta: body.eta }),
    ...(clipSkip && { clipSkip }),
    ...(hires !== undefined && { hires }),
    ...startOptions(body),
    // What an interrupted batch has finished is its answer.
    keepFinished: true,
  };
  const load = { ...(body.tiling && { seamless: true }), ...(facts.vae !== undefined && { vae: facts.vae }) };
  const work = { kind: 'generate', ...(facts.model !== undefined && { model: facts.model }), load, options } as const;
  return { work, comments: [...edges.comments, ...sampling.comments, ...undone(body)] };
}

/** Strength of img2img; A1111's default is the engine's: 0.75. */
function startOptions(body: PaintBody): Pick<GenerateOptions, 'denoisingStrength' | 'imageCfgScale'> {
  if (isTxt2img(body)) return {};
  const { denoising_strength: strength } = body as Img2imgBody;
  return { denoisingStrength: strength ?? 0.75 };
}
