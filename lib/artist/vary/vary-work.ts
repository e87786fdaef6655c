/** New works that begin with one of the gallery: variations of it, and parts of it painted again. */
import * as z from 'zod';
import { ArtistError, answering, resolveOptions } from '../../core/index.ts';
import { drawSeed, type GenerateOptions, type LoadModelOptions } from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage, PartialRecipe } from '../../image/index.ts';
import { type BatchOptions, type BatchPicture, paintBatch } from '../batch/paint-batch.ts';
import type { Artist } from '../loop/artist.ts';
import { planPrompt } from '../loop/plan-prompt.ts';
import { loadingOf, passesOf } from '../reproduce/enlarge-again.ts';
import { findRecipeLoras, modelOf, optionsOfRecipe } from '../reproduce/repaint-options.ts';
import { altTextOf } from '../words/alt-text.ts';
import { promptParts } from '../words/parts.ts';
import { titleOf } from '../words/title.ts';
import type { Workplace } from '../workplace.ts';

/** What a variation keeps of its work. The prompt and the settings stay unless `style` or `subject` is kept, or the seed. */
export const keptParts = ['seed', 'style', 'subject'] as const;

const varyOptions = z.strictObject({
  /** Number of new works, 1..64. Default 4; with a mask 1. */
  count: z.int().min(1).max(64).optional(),
  /**
   * seed: the same start noise and subject in other styles; style: other subjects in the same style; subject: the same subject in other styles,
   * with other noise. Default: the same prompt with other noise.
   */
  keep: z.enum(keptParts).optional(),
  /** Begin with the work's picture; how much of it is painted anew, 0..1. Default: begin with noise; with a mask 0.75. */
  strength: z.number().min(0).max(1).optional(),
  /** Picture whose white part is painted anew; the rest of the work stays. */
  mask: z.string().min(1).optional(),
  /** Prompt instead of that of the work. */
  prompt: z.string().min(1).optional(),
  /** Alias or path of the model. Default: that of the recipe. */
  model: z.string().min(1).optional(),
});

export type VaryOptions = z.input<typeof varyOptions> & {
  signal?: AbortSignal | undefined;
  onProgress?: BatchOptions['onProgress'];
  /** Called with each work as soon as it is filed. */
  onWork?: ((work: Artwork, index: number) => void) | undefined;
};

type Wishes = z.output<typeof varyOptions>;

/** A picture to paint, and what is recorded of its prompt. */
interface Planned extends BatchPicture {
  derivation: Record<string, unknown>;
}

/** Titles of this many newest works are not used again. */
const titlesRemembered = 200;

function checkWishes({ keep, mask, prompt }: Wishes): void {
  if (keep !== undefined && (prompt !== undefined || mask !== undefined))
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `keep: expected to be left out with ${mask === undefined ? 'a prompt' : 'a mask'}, got ${keep}`,
    );
}

async function wordsFor(
  { recipe, derivation }: Artwork,
  { keep, prompt, model }: Wishes,
  { home, config, fetch }: Workplace,
  seed: number,
  signal: AbortSignal,
): Promise<{ options: GenerateOptions; derivation: Record<string, unknown> }> {
  if (prompt !== undefined) return { options: { prompt }, derivation: { source: 'given' } };
  if (keep === undefined) return { options: {}, derivation: { ...kept(derivation) } };
  const { subject, style } = promptParts(recipe?.prompt ?? '', derivation);
  if (keep === 'style' && style === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'keep: expected subject or seed for a work whose prompt names no style, got style');
  const about = keep === 'style' ? { style } : { subject };
  const place = { settings: config.config.prompt, home, seed, signal, gallery: undefined, fetch };
  const planned = await planPrompt({ ...about, model: model ?? config.config.model }, place);
  const { negativePrompt } = planned;
  return {
    options: { prompt: planned.prompt, ...(negativePrompt !== undefined && { negativePrompt }) } as GenerateOptions,
    derivation: planned.derivation,
  };
}

/** What says how the prompt came about; places in schedules, series and periods belong to one work. */
function kept(derivation: Record<string, unknown> | undefined): Record<string, unknown> {
  const { task: _, series: __, period: ___, from: ____, ...words } = derivation ?? {};
  return words;
}

async function planAll(work: Artwork, wishes: Wishes, place: Workplace, signal: AbortSignal): Promise<Planned[]> {
  const recipe = work.recipe as PartialRecipe | undefined;
  if (recipe?.prompt === undefined)
    throw new ArtistError('ERR_UNSUPPORTED', `${work.id}: expected a work with a recipe, got one without: it was not painted here`);
  const { load, paint } = optionsOfRecipe(recipe);
  const { loras: _, denoisingStrength: __, ...settings }: GenerateOptions = paint;
  const model = modelOf(recipe, wishes.model);
  const loras = await findRecipeLoras(recipe, { home: place.home, places: [], signal });
  const { mask, strength, keep, count = mask === undefined ? 4 : 1 } = wishes;
  const begins = mask !== undefined || strength !== undefined;
  const planned: Planned[] = [];
  for (let index = 0; index < count; index++) {
    const words = await wordsFor(work, wishes, place, drawSeed(), signal);
    planned.push({
      load: { ...load, ...(model !== undefined && { model }) } as LoadModelOptions,
      options: {
        ...settings,
        ...(loras.length > 0 && { loras }),
        ...words.options,
        seed: keep === 'seed' && recipe.seed !== undefined ? recipe.seed : drawSeed(),
        ...(begins && { initImage: work.path, denoisingStrength: strength ?? 0.75 }),
        ...(mask !== undefined && { maskImage: mask }),
      },
      tuned: 'off',
      derivation: { ...words.derivation, from: [{ work: work.id, as: begins ? 'initImage' : 'recipe' }] },
    });
  }
  return planned;
}

/** Enlarges a picture as the recipe of its work says. */
async function enlarged(image: ArtImage, { recipe }: Artwork, { studio }: Workplace, signal: AbortSignal): Promise<ArtImage> {
  const upscaler = (recipe as PartialRecipe | undefined)?.upscaler;
  if (!upscaler) return image;
  const lease = await studio.upscaler({ signal, onProgress: () => undefined }, loadingOf(upscaler));
  try {
    return await lease.thing.upscale(image, { repeats: passesOf(upscaler, lease.thing.factor), signal });
  } finally {
    await lease.release();
  }
}

/**
 * Paints variations of a work and files them, each with the work it came from. With a mask, only the white part of it is painted anew.
 *
 * @param id of the work, a unique part of it, or latest
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_NOT_FOUND when there is no such work; ERR_UNSUPPORTED when it has no
 *   recipe; ERR_MODEL_NOT_FOUND when a model or LoRA of its recipe is not here; every error of loadModel(), generate(), upscale() and Gallery.add()
 * @throws `signal.reason` when aborted
 */
export const varyWork = answering('varyWork', async (artist: Artist, id: string, given: VaryOptions = {}): Promise<Artwork[]> => {
  const { signal: stop = new AbortController().signal, onProgress, onWork, ...options } = given;
  const wishes = resolveOptions('vary', varyOptions, options);
  checkWishes(wishes);
  return artist.withModels(stop, async (place, signal) => {
    const { gallery } = place;
    const work = await gallery.get(id);
    const planned = await planAll(work, wishes, place, signal);
    const works: Artwork[] = [];
    const onPicture: BatchOptions['onPicture'] = async ({ image }, index) => {
      const { derivation = {} } = planned[index] ?? {};
      const large = await enlarged(image, work, place, signal);
      const parts = promptParts(image.recipe?.prompt ?? '', derivation);
      const taken = (await gallery.list({ limit: titlesRemembered })).works.flatMap(({ title }) => title ?? []);
      const about = { title: titleOf(parts, taken), altText: altTextOf(parts) || null, derivation };
      const filed = await gallery.add({ image: large, about });
      works.push(filed);
      onWork?.(filed, index);
    };
    await paintBatch(place, planned, { signal, onProgress, onPicture });
    return works;
  });
});
