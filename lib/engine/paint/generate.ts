/** The work of one model.generate() call: reads pictures, checks LoRAs, sends the request to the engine, returns pictures. */

import { ArtistError, display } from '../../core/index.ts';
import { ArtImage, type Recipe } from '../../image/index.ts';
import type { ModelHeader } from '../../models/index.ts';
import type { NativeAddon } from '../addon/native.ts';
import type { NativeEvent } from '../addon/native-events.ts';
import type { NativeGenerateResult, NativeModel, NativeModelInfo } from '../addon/native-types.ts';
import { warningOf } from '../jobs/engine-words.ts';
import { commonEvent, type GenerateEvent, paintEvent } from '../jobs/events.ts';
import { type CallSite, runJob } from '../jobs/job.ts';
import type { Sampler, Scheduler } from '../options/enums.ts';
import type { ResolvedGenerate } from '../options/generate.ts';
import type { GenerateResult } from './generate-result.ts';
import { type PreparedImages, prepareImages } from './images.ts';
import { checkLoras, EngineLoras, takePromptLoras } from './loras.ts';
import { paintRecipe } from './recipe.ts';
import { nativeRequest } from './request.ts';
import { drawSeed } from './seed.ts';
import { type PaintDefaults, type Settings, settle, sizeAdvice } from './settings.ts';
import { bundledUpscaler, checkUpscaler, unlessAborted, type WeightsFile } from './weights.ts';

/** What generate() needs to know about its loaded model. */
export interface GenerateContext {
  native: NativeModel;
  info: NativeModelInfo;
  addon: NativeAddon;
  defaults: PaintDefaults;
  files: Readonly<Record<string, string>>;
  /** Names and hashes of the files. Large files may still be hashing at the first call. */
  weights: Promise<{ model: WeightsFile; vae: WeightsFile | undefined; controlNet: WeightsFile | undefined }>;
  tuning: Record<string, unknown>;
  /** Headers of the files, for checking whether LoRAs fit. */
  headers: readonly ModelHeader[];
  /** Home folder; LoRAs are looked up by name in `<home>/loras`. */
  home: string;
}

export interface GenerateCall {
  site: CallSite;
  signal: AbortSignal;
  emit: (event: GenerateEvent) => void;
}

/** Emits each warning once, as it occurs. */
class Warnings {
  readonly #seen = new Set<string>();
  readonly #emit: GenerateCall['emit'];

  constructor(emit: GenerateCall['emit']) {
    this.#emit = emit;
  }

  add(message: string | undefined): void {
    if (message === undefined || this.#seen.has(message)) return;
    this.#seen.add(message);
    this.#emit({ type: 'warning', message });
  }

  get all(): string[] {
    return [...this.#seen];
  }
}

/** Path of the upscaler for `hires`, checked; undefined if it needs none. */
export async function hiresModelOf({ hires }: ResolvedGenerate): Promise<string | undefined> {
  if (typeof hires !== 'object' || hires.upscaler !== 'Model') return undefined;
  const path = hires.model ?? bundledUpscaler();
  await checkUpscaler('hires.model', path);
  return path;
}

/** Everything of one call that is decided before the engine starts. */
interface Preparation {
  options: ResolvedGenerate;
  settings: Settings;
  loras: EngineLoras;
  hiresModel: string | undefined;
  pictures: Awaited<ReturnType<PreparedImages['fit']>>;
  weights: Awaited<GenerateContext['weights']>;
  seed: number;
}

async function prepare(context: GenerateContext, given: ResolvedGenerate, signal: AbortSignal, warnings: Warnings): Promise<Preparation> {
  const warn = (message: string): void => warnings.add(message);
  const options = await takePromptLoras(given, context.home, warn);
  const images = await prepareImages(options, context);
  signal.throwIfAborted();
  const settings = settle(options, context.info, context.defaults, images.initSize);
  const loras = new EngineLoras(await checkLoras(options.loras ?? [], context, warn));
  const hiresModel = await hiresModelOf(options);
  const pictures = await images.fit(settings);
  const weights = await unlessAborted(context.weights, signal);
  warnings.add(sizeAdvice(settings, context.defaults, weights.model?.name ?? 'the model'));
  return { options, settings, loras, hiresModel, pictures, weights, seed: options.seed ?? drawSeed() };
}

/** Makes the pictures of one call, each with its recipe. */
function pictureMaker(
  { addon, info, tuning }: GenerateContext,
  { options, settings, loras, hiresModel, weights, seed }: Preparation,
): (image: ConstructorParameters<typeof ArtImage>[0], index: number) => ArtImage {
  const versions = addon.versions();
  return (image, index) =>
    new ArtImage(image, {
      ...paintRecipe({ options, settings, loras: loras.used, hiresModel, ...weights, tuning, device: info.device, versions }),
      seed: seed + index,
      ...(options.batchCount > 1 ? { batchIndex: index } : {}),
    });
}

/** Turns the engine's events into those of the caller. `finished` collects the pictures of image events. */
function eventHandler(
  emit: GenerateCall['emit'],
  {
    warnings,
    loras,
    picture,
    finished,
  }: { warnings: Warnings; loras: EngineLoras; picture: ReturnType<typeof pictureMaker>; finished: ArtImage[] },
): (event: NativeEvent) => void {
  return (event) => {
    if (event.type === 'image') {
      const image = picture(event.image, event.index);
      finished[event.index] = image;
      emit({ type: 'image', image, index: event.index, seed: event.seed });
      return;
    }
    if (event.type === 'loras') {
      loras.record(event.loras, (message) => warnings.add(message));
      return;
    }
    if (event.type === 'preview') {
      emit({ type: 'preview', image: new ArtImage(event.image), index: event.index, step: event.step, noisy: event.noisy });
      return;
    }
    const shown = commonEvent(event) ?? (event.type === 'progress' ? paintEvent(event) : undefined);
    if (shown?.type === 'warning') warnings.add(shown.message);
    else if (shown) emit(shown);
  };
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: there is neither a prompt nor a picture */
export function checkPrompt({ prompt, initImage, referenceImages, controlImage }: ResolvedGenerate): void {
  if (prompt.trim() !== '' || initImage || referenceImages?.length || controlImage) return;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `prompt: expected what to paint, or a picture to begin with, got ${display(prompt)}`);
}

/** Paints; settles when native work has ended. For errors see Model.generate(). */
export async function paint(
  context: GenerateContext,
  given: ResolvedGenerate,
  { site, signal, emit }: GenerateCall,
): Promise<GenerateResult> {
  signal.throwIfAborted();
  checkPrompt(given);
  const warnings = new Warnings(emit);
  const prepared = await prepare(context, given, signal, warnings);
  const { options, settings, loras, hiresModel, pictures, seed } = prepared;
  const picture = pictureMaker(context, prepared);
  const finished: ArtImage[] = [];
  const onEvent = eventHandler(emit, { warnings, loras, picture, finished });
  const request = nativeRequest({ options, settings, seed, images: pictures, loras: loras.requests, hiresModel });
  const result = await runJob<NativeGenerateResult>(
    { addon: context.addon, site, signal, onEvent, keep: (partial) => options.keepFinished === true && partial.images.length > 0 },
    (listen) => context.native.generate(request, listen),
  );
  // When a job was stopped on purpose, the engine's last lines say that sampling failed.
  if (!result.aborted) for (const line of result.warnings) warnings.add(warningOf(line));
  // Returns the objects of the image events where those arrived, so that a listener gets the same objects as the result.
  const [first, ...others] = result.images.map((image, index) => finished[index] ?? picture(image, index));
  if (!first) throw site.error('ERR_INTERNAL', 'generate: the engine reported success without a picture. Please report this');
  const { resolved, seconds, seeds, aborted } = result;
  return Object.freeze({
    images: [first, ...others] as GenerateResult['images'],
    seed,
    seeds,
    width: first.width,
    height: first.height,
    sampler: resolved.sampler as Sampler,
    scheduler: resolved.scheduler as Scheduler,
    steps: resolved.steps,
    cfgScale: resolved.cfgScale,
    device: resolved.device,
    seconds,
    warnings: warnings.all,
    loras: loras.effects,
    recipe: first.recipe as Recipe,
    aborted,
  });
}
