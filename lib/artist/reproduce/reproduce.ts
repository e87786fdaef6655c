import { ArtistError, answering, homeFolder } from '../../core/index.ts';
import { type GenerateEvent, type LoadEvent, loadModel, type UpscaleEvent } from '../../engine/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import { type ArtImage, decodeImage, type PartialRecipe, type RawImage, type Recipe, resizeImage } from '../../image/index.ts';
import { markedAgain } from '../provenance/signing.ts';
import { closeEnough, comparePixels, type PixelDifference } from './compare.ts';
import { enlargeAgain } from './enlarge-again.ts';
import { findRecipeLoras, modelOf, repaintOptions } from './repaint-options.ts';

export interface ReproduceOptions {
  /** Default: AI_ARTIST_HOME, else ~/.ai-artist. */
  home?: string | undefined;
  /** Alias or path of the model, if the recipe's name does not say where it is. */
  model?: string | undefined;
  /** LoRA files to search besides those in `<home>/loras`. */
  loras?: readonly string[] | undefined;
  /** PSNR from which the verdict is "close", dB. Default 40. */
  closeFrom?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((event: LoadEvent | GenerateEvent | UpscaleEvent) => void) | undefined;
}

/** A part of the recipe that differs now. */
export interface RecipeDifference {
  what: string;
  recorded: string | null;
  now: string | null;
}

/** A stage of the work, compared with the stored picture. */
export interface ComparedStage extends PixelDifference {
  width: number;
  height: number;
  /** The stored picture was reduced for the comparison, because the picture before enlarging is not kept. Such a stage is never exact. */
  storedReduced: boolean;
}

export interface Reproduction {
  id: string;
  /** bit-exact: every pixel. close: PSNR of at least `closeFrom`. different: neither. */
  verdict: 'bit-exact' | 'close' | 'different';
  /** PSNR of the last stage, dB; null: exact, or the sizes differ. */
  psnr: number | null;
  closeFrom: number;
  /** As painted, before enlarging. */
  painted: ComparedStage;
  /** After enlarging, if the work was enlarged. */
  upscaled?: ComparedStage;
  /** Size, files, engine, backend and version that differ from the record. Empty: none. */
  differences: RecipeDifference[];
  image: ArtImage;
  seconds: number;
}

const described = (file: { name: string; hash?: string | undefined } | undefined): string | null =>
  file ? `${file.name}${file.hash === undefined ? '' : ` (${file.hash.slice(0, 12)}…)`}` : null;

/** Differences in files, engine, backend and version: everything that can differ although the settings are the same. */
function recipeDifferences(before: PartialRecipe, now: Recipe): RecipeDifference[] {
  const files = (['model', 'vae', 'upscaler'] as const).map((what) => ({ what: `${what} file`, recorded: before[what], now: now[what] }));
  const count = Math.max(before.loras?.length ?? 0, now.loras?.length ?? 0);
  for (let index = 0; index < count; index++) {
    const [recorded, painted] = [before.loras?.[index], now.loras?.[index]];
    // The tensor hash identifies a LoRA, not the name of its file.
    files.push({
      what: 'LoRA file',
      recorded,
      now: painted && { ...painted, name: recorded?.hash === painted.hash ? (recorded?.name ?? '') : painted.name },
    });
  }
  const changedFiles = files
    .filter(({ recorded, now: painted }) => {
      if (!recorded || !painted) return recorded !== painted;
      return recorded.hash !== undefined && painted.hash !== undefined ? recorded.hash !== painted.hash : recorded.name !== painted.name;
    })
    .map(({ what, recorded, now: painted }) => ({ what, recorded: described(recorded), now: described(painted) }));
  const words = (['engine', 'backend', 'software'] as const)
    .filter((what) => before[what] !== now[what])
    .map((what) => ({ what, recorded: before[what] ?? null, now: now[what] ?? null }));
  return [...changedFiles, ...words];
}

function sizeDifference(stored: RawImage, now: RawImage): RecipeDifference[] {
  const [before, after] = [stored, now].map(({ width, height }) => `${width}x${height}`);
  return before === after ? [] : [{ what: 'size', recorded: before ?? '', now: after ?? '' }];
}

/**
 * Paints a work again from its recipe and compares the pixels with the stored picture.
 *
 * @throws ArtistError ERR_UNSUPPORTED when the work has no recipe or was made from more than a text, ERR_READ when its picture is gone,
 *   ERR_MODEL_NOT_FOUND when a model or LoRA of the recipe is not found; every error of loadModel(), generate() and upscale()
 */
export const reproduce = answering('reproduce', async (work: Artwork, options: ReproduceOptions = {}): Promise<Reproduction> => {
  const { closeFrom = closeEnough, signal, onProgress } = options;
  const home = homeFolder(options.home);
  const { recipe, id } = work;
  if (!recipe || recipe.prompt === undefined)
    throw new ArtistError('ERR_UNSUPPORTED', `${id}: expected a work with a recipe, got one without: it was not painted here`);
  const begun = performance.now();
  const known = recipe as PartialRecipe;
  const stored = await decodeImage(work.path);
  const { load, paint } = repaintOptions(known);
  const spec = modelOf(known, options.model);
  const loras = await findRecipeLoras(known, { home, places: options.loras ?? [], signal });
  const common = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
  const model = await loadModel({ ...load, ...(spec !== undefined && { model: spec }), home, ...common });
  let image: ArtImage | undefined;
  try {
    [image] = (await model.generate({ ...paint, ...(loras.length > 0 && { loras }), ...common })).images;
  } finally {
    await model.dispose();
  }
  if (!image) throw new ArtistError('ERR_INTERNAL', 'reproduce: the engine returned no picture');
  const small = image;
  const large = known.upscaler ? await enlargeAgain(small, known.upscaler, options) : undefined;
  const reduced = large && stored.width === large.width && stored.height === large.height;
  const shown = large ? small : await markedAgain(small, work, home);
  const painted = await stage(shown, reduced ? await resizeImage(stored, small.width, small.height) : stored, reduced === true);
  const upscaled = large && (await stage(await markedAgain(large, work, home), stored, false));
  const { exact, psnr } = upscaled ?? painted;
  const last = large ?? small;
  return {
    id,
    verdict: exact ? 'bit-exact' : (psnr ?? 0) >= closeFrom ? 'close' : 'different',
    psnr,
    closeFrom,
    painted,
    ...(upscaled && { upscaled }),
    differences: [...sizeDifference(stored, last), ...(last.recipe ? recipeDifferences(known, last.recipe) : [])],
    image: last,
    seconds: (performance.now() - begun) / 1000,
  };
});

async function stage(image: ArtImage, stored: RawImage, storedReduced: boolean): Promise<ComparedStage> {
  const rgb = await decodeImage(image);
  const difference = comparePixels(rgb, stored);
  // A stored picture of another size was changed after painting and cannot be compared by pixels.
  const nothing: PixelDifference = { exact: false, psnr: null, differing: 1, largest: 255 };
  return { width: image.width, height: image.height, storedReduced, ...(difference ?? nothing) };
}
