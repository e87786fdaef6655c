/** The numbers of one generate() call that depend on the model: given, or of the model's page, or of its family. */
import { ArtistError } from '../../core/index.ts';
import type { NativeModelInfo } from '../addon/native-types.ts';
import type { Sampler, Scheduler } from '../options/enums.ts';
import { maxEdge, maxPixels } from '../options/fields.ts';
import type { ResolvedGenerate } from '../options/generate.ts';

/** What a model's own page recommends; fields left out are the family's or the engine's. */
export interface PaintDefaults {
  width?: number | undefined;
  height?: number | undefined;
  steps?: number | undefined;
  cfgScale?: number | undefined;
  guidance?: number | undefined;
  sampler?: Sampler | undefined;
  scheduler?: Scheduler | undefined;
  flowShift?: number | undefined;
}

export interface Settings {
  width: number;
  height: number;
  sampler: Sampler;
  scheduler: Scheduler;
  steps: number;
  cfgScale: number;
  guidance: number | undefined;
  flowShift: number | undefined;
}

interface Size {
  width: number;
  height: number;
}

/** sd_sample_params_init() of the engine. */
const engineSteps = 20;
const engineCfgScale = 7;
/** Edge of the pictures that SD 1, SD 2 and their kin were trained on; later families: 1024. */
const smallFamilies = /^(SD [12]\.|SDXS|Instruct-Pix2Pix)/;

function invalid(message: string): ArtistError {
  return new ArtistError('ERR_INVALID_ARGUMENT', message);
}

/** @throws ArtistError ERR_INVALID_ARGUMENT, with the sizes next to it */
export function checkSize(name: string, value: number, multiple: number): void {
  if (value % multiple === 0) return;
  const below = value - (value % multiple);
  const near = [below, below + multiple].filter((size) => size >= multiple && size <= maxEdge);
  throw invalid(`${name}: expected a multiple of ${multiple}, got ${value}. Nearest: ${near.join(' or ')}`);
}

/** The size nearest to `input`'s shape with the area of `base`, in multiples of `multiple`. */
export function fitSize(input: Size, base: Size, multiple: number): Size {
  const scale = Math.sqrt((base.width * base.height) / (input.width * input.height));
  const fit = (edge: number): number =>
    Math.min(maxEdge - (maxEdge % multiple), Math.max(multiple, Math.round((edge * scale) / multiple) * multiple));
  return { width: fit(input.width), height: fit(input.height) };
}

/**
 * The scheduler that the engine takes where none is asked for (sd_get_default_scheduler). Decided here, so that the recipe is complete
 * before the first step; test/engine/generate.test.ts compares it with what the engine reports.
 */
export function defaultScheduler(info: Pick<NativeModelInfo, 'defaultScheduler'>, sampler: Sampler): Scheduler {
  if (info.defaultScheduler === 'exponential') return 'exponential';
  if (sampler === 'lcm' || sampler === 'tcd') return 'lcm';
  if (sampler === 'ddim_trailing') return 'simple';
  return info.defaultScheduler === 'ltx2' ? 'ltx2' : 'discrete';
}

/** The size of a model where none is asked for. @param family the engine's own name of it; undefined: unknown */
function ownSize(family: string | undefined, defaults: PaintDefaults): Size {
  const edge = family !== undefined && smallFamilies.test(family) ? 512 : 1024;
  return { width: defaults.width ?? edge, height: defaults.height ?? edge };
}

/** The size after the second pass; undefined: there is none. */
function hiresTarget({ hires }: ResolvedGenerate, size: Size): Size | undefined {
  if (hires === undefined || hires === false) return undefined;
  const { scale = 2, width, height } = hires === true ? {} : hires;
  if (width === undefined && height === undefined) return { width: size.width * scale, height: size.height * scale };
  return { width: width ?? height ?? 0, height: height ?? width ?? 0 };
}

/** Pixels of all pictures of a call, each at its largest. A picture to start from changes the shape, not the area. */
export function pixelsOf(options: ResolvedGenerate, family: string | undefined, defaults: PaintDefaults): number {
  const own = ownSize(family, defaults);
  const size = { width: options.width ?? own.width, height: options.height ?? own.height };
  const last = hiresTarget(options, size) ?? size;
  return Math.max(size.width * size.height, last.width * last.height) * options.batchCount;
}

function decideSize(options: ResolvedGenerate, info: NativeModelInfo, defaults: PaintDefaults, initImage: Size | undefined): Size {
  const base = ownSize(info.family, defaults);
  const open = options.width === undefined && options.height === undefined;
  const { width, height } =
    open && initImage
      ? fitSize(initImage, base, info.sizeMultiple)
      : { width: options.width ?? base.width, height: options.height ?? base.height };
  checkSize('width', width, info.sizeMultiple);
  checkSize('height', height, info.sizeMultiple);
  if (width * height > maxPixels) throw invalid(`width: expected width x height of at most ${maxPixels} pixels, got ${width}x${height}`);
  return { width, height };
}

/** Shares of the edge a model was trained at between which its pictures hold together. */
export const [smallestShare, largestShare] = [0.6, 1.6];

/** What is to be said of a size that a model was not trained at; undefined: nothing, or its size is not known. */
export function sizeAdvice({ width, height }: Settings, trained: PaintDefaults, name: string): string | undefined {
  if (trained.width === undefined || trained.height === undefined) return undefined;
  const shares = [width / trained.width, height / trained.height];
  if (shares.every((share) => share >= smallestShare && share <= largestShare)) return undefined;
  const advice = shares.some((share) => share > largestShare)
    ? 'paint it without width and height, and enlarge it'
    : 'leave width and height out';
  return `${name} was trained at ${trained.width}x${trained.height}: at ${width}x${height} its pictures fall apart. Better: ${advice}`;
}

function checkHires(options: ResolvedGenerate, size: Size, multiple: number): void {
  const target = hiresTarget(options, size);
  if (target === undefined) return;
  if (typeof options.hires === 'object') {
    if (options.hires.width !== undefined) checkSize('hires.width', options.hires.width, multiple);
    if (options.hires.height !== undefined) checkSize('hires.height', options.hires.height, multiple);
  }
  const { width, height } = target;
  if (Math.max(width, height) > maxEdge || width * height > maxPixels) {
    throw invalid(
      `hires: expected a target of at most ${maxEdge} pixels an edge and ${maxPixels} in all, got ${Math.round(width)}x${Math.round(height)}`,
    );
  }
}

/** The engine's table for gits begins at two steps and would be read before its start (denoiser.hpp, GITSScheduler). */
function checkGits(options: ResolvedGenerate, steps: number): void {
  if (!options.sigmas && steps < 2) throw invalid(`steps: expected at least 2 for the scheduler gits, got ${steps}`);
  if (options.hires === undefined || options.hires === false) return;
  const { steps: second = steps, denoisingStrength = 0.7, sigmas } = options.hires === true ? {} : options.hires;
  // make_hires_sigma_schedule(): as many steps as leave `second` after the strength is taken off.
  if (!sigmas && Math.floor(second / Math.max(denoisingStrength, 1e-4)) < 2) {
    throw invalid(`hires.steps: expected at least 2 for the scheduler gits, got ${second}`);
  }
}

/**
 * @param initImage size of the picture to start from: where no size is asked for, its shape decides
 * @throws ArtistError ERR_INVALID_ARGUMENT: a size the model cannot take
 */
export function settle(options: ResolvedGenerate, info: NativeModelInfo, defaults: PaintDefaults, initImage?: Size): Settings {
  const size = decideSize(options, info, defaults, initImage);
  checkHires(options, size, info.sizeMultiple);
  const sampler = options.sampler ?? defaults.sampler ?? (info.defaultSampler as Sampler);
  const scheduler =
    options.scheduler ?? (options.sampler === undefined ? defaults.scheduler : undefined) ?? defaultScheduler(info, sampler);
  const steps = options.sigmas ? options.sigmas.length - 1 : (options.steps ?? defaults.steps ?? engineSteps);
  if (scheduler === 'gits') checkGits(options, steps);
  return {
    ...size,
    sampler,
    scheduler,
    steps,
    cfgScale: options.cfgScale ?? defaults.cfgScale ?? engineCfgScale,
    guidance: options.guidance ?? defaults.guidance,
    flowShift: options.flowShift ?? defaults.flowShift,
  };
}
