import { enlargeAgain } from '../../../lib/artist/index.ts';
import {
  checkGenerate,
  type GenerateEvent,
  type GenerateOptions,
  type GenerateResult,
  loadModel,
  type Model,
  type ModelInfo,
} from '../../../lib/engine/index.ts';
import type { ArtImage } from '../../../lib/image/index.ts';
import { settingsLine, type TunedUse } from '../../../lib/tune/index.ts';
import { tunedFlag } from '../../flags/create-flags.ts';
import { generateFlags } from '../../flags/generate-flags.ts';
import { modelFlags } from '../../flags/model-flags.ts';
import { promptsFlag } from '../../flags/prompt-text.ts';
import { batchNames, checkOutput, freeName, inFolder, pictureEndings, slug } from '../../print/output-file.ts';
import { checkStream, formatNeeds, isStream, streamedBytes } from '../../print/picture-stream.ts';
import { seconds, watchWork } from '../../print/progress.ts';
import { exitStatus } from '../../shell/failure.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { t } from '../../texts/texts.ts';
import { withLargerModel } from '../models/larger-model.ts';
import { type Asked, type AskedValues, askedPictures, recipeFlags } from './asked.ts';
import { checkQuality, encodingOf, type OutputValues, outputFlags, previewOf, type SavedPicture } from './output.ts';

export const flags = {
  ...recipeFlags,
  prompts: promptsFlag,
  ...generateFlags.flags,
  ...modelFlags.flags,
  tuned: tunedFlag,
  ...outputFlags,
};
export const needs = { ...generateFlags.needs, ...modelFlags.needs, ...formatNeeds, enlarge: 'recipe' };
/** A recipe is of one picture; a list keeps what it has finished without being asked. */
export const replaced = { ...generateFlags.replaced, prompts: ['recipe', 'keep-finished'] };

export type GenerateValues = AskedValues & OutputValues;

/** If the seed is known before painting, so are the names, and they are checked first. */
async function namesFor({ out, force }: OutputValues, options: GenerateOptions, seeds: readonly number[] | undefined): Promise<string[]> {
  const { prompt = '', seed, batchCount = 1, initImage, maskImage, controlImage, referenceImages = [] } = options;
  const drawn = seeds ?? (seed === undefined ? undefined : Array.from({ length: batchCount }, (_, index) => seed + index));
  if (isStream(out)) return [];
  const own = `${slug(prompt)}-{seed}.png`;
  const names = batchNames(out === undefined ? own : await inFolder(out, own), drawn ?? [0]);
  if (out === undefined) return Promise.all(names.map((name) => (force ? name : freeName(name))));
  const inputs = [initImage, maskImage, controlImage, ...referenceImages].filter((input) => typeof input === 'string');
  for (const name of names) await checkOutput(name, { force: force === true, endings: pictureEndings, inputs });
  return names;
}

async function saveAll({ images, seeds }: GenerateResult, values: OutputValues, asked: GenerateOptions): Promise<SavedPicture[]> {
  const options = { overwrite: values.force === true, ...encodingOf(values) };
  const files = await namesFor(values, asked, seeds.slice(0, images.length));
  const saved: SavedPicture[] = [];
  for (const [index, image] of images.entries()) {
    const { path, bytes } = await image.save(files[index] ?? `${index}.png`, options);
    saved.push({ path, seed: seeds[index], width: image.width, height: image.height, bytes, recipe: image.recipe });
  }
  return saved;
}

function report(
  result: GenerateResult,
  saved: SavedPicture[],
  { info, tuned, notes, ...times }: { info: ModelInfo; tuned: TunedUse; notes: readonly string[]; load: number; total: number },
): Outcome {
  const { seed, width, height, sampler, scheduler, steps, cfgScale, device, warnings, aborted } = result;
  const model = { name: info.name, family: info.family };
  return {
    json: {
      images: saved,
      seed,
      sampler,
      scheduler,
      steps,
      cfgScale,
      device,
      tuned,
      model,
      seconds: { ...result.seconds, ...times },
      warnings: [...notes, ...warnings],
      aborted,
    },
    text: saved.map((image) => image.path),
    notes: [
      t.painting.generated({
        ...{ seeds: result.seeds.slice(0, result.images.length).join(', '), size: `${width}x${height}`, steps },
        ...{ times: seconds(times.total), on: t.painting.on({ model: info.name, device }) },
      }),
    ],
    ...(aborted && { status: exitStatus.cancelled }),
  };
}

async function paintAndFree(model: Model, options: GenerateOptions): Promise<GenerateResult> {
  try {
    return await model.generate(options);
  } finally {
    await model.dispose();
  }
}

/** The painted pictures, enlarged if their recipe was. */
async function enlarged(
  images: GenerateResult['images'],
  { upscaler }: Asked,
  options: Parameters<typeof enlargeAgain>[2],
): Promise<GenerateResult['images']> {
  if (!upscaler) return images;
  const large: ArtImage[] = [];
  for (const image of images) large.push(await enlargeAgain(image, upscaler, options));
  return large as unknown as GenerateResult['images'];
}

export async function paintPictures(values: GenerateValues, context: Context): Promise<Outcome> {
  const asked = await askedPictures(values, context);
  const { load, options, tuned } = asked;
  const { signal } = context;
  // Check before loading the model, which may take minutes.
  await checkGenerate(load, options);
  if (isStream(values.out)) checkStream(context, options.batchCount);
  checkQuality(values, await namesFor(values, options, undefined));
  if (tuned) context.note(settingsLine(tuned));
  const preview = previewOf(options, context);
  const work = watchWork(context);
  const onProgress = (event: GenerateEvent): void => {
    work.on(event);
    if (event.type === 'preview') preview?.show(event.image);
  };
  try {
    const started = performance.now();
    const elapsed = (): number => (performance.now() - started) / 1000;
    const model = await loadModel({ ...load, signal, onProgress: work.on });
    const loaded = elapsed();
    const painted = await paintAndFree(model, { ...options, signal, onProgress });
    const result = { ...painted, images: await enlarged(painted.images, asked, { signal, onProgress: work.on }) };
    await preview?.drawn();
    if (!result.aborted) signal.throwIfAborted();
    const [first] = result.images;
    const bytes = isStream(values.out) && first ? await streamedBytes(first, values.format, encodingOf(values)) : undefined;
    const saved = bytes ? [] : await saveAll(result, values, options);
    work.stop();
    const outcome = report(result, saved, { info: model.info, tuned, notes: asked.notes, load: loaded, total: elapsed() });
    return await withLargerModel({ ...outcome, bytes }, model.info.name, context);
  } finally {
    work.stop();
  }
}
