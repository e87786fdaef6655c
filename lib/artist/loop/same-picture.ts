/** Detects whether the gallery already has a picture that was just painted: by the same pixels or the same recipe. */
import { ledgerOf, type Recollection } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type ArtImage, type PartialRecipe, type Recipe, recipeHash } from '../../image/index.ts';

/**
 * Hash of the recipe of a picture painted from text alone; undefined: it had other inputs, which a recipe does not hold. Upscaler and package
 * version are left out, because they do not change the painting.
 */
function paintedBy({ upscaler: _upscaler, software: _software, ...recipe }: PartialRecipe): string | undefined {
  const { mode = 'txt2img', prompt, controlNet } = recipe;
  return mode === 'txt2img' && prompt !== undefined && controlNet === undefined ? recipeHash(recipe as Recipe) : undefined;
}

/**
 * The work of the gallery that has this same picture.
 *
 * @throws every error of Gallery.list()
 */
export async function findSame(
  gallery: Gallery,
  past: Recollection | undefined,
  { image, pixels, seed }: { image: ArtImage; pixels: string; seed: number },
): Promise<Artwork | undefined> {
  const there = async (work: Artwork | undefined): Promise<boolean> => work !== undefined && (await gallery.hasPicture(work));
  const recipe = image.recipe && paintedBy(image.recipe);
  for (let after: string | undefined; ; ) {
    const page = await gallery.list({ query: `seed:${seed}`, limit: 200, after });
    const same = page.works.find((work) => recipe !== undefined && work.recipe && paintedBy(work.recipe) === recipe);
    if (await there(same)) return same;
    if (page.next === undefined) break;
    after = page.next;
  }
  const id = past?.pixels.get(pixels);
  const [known] = id !== undefined && gallery.isShown(id) ? await gallery.getMany([id]) : [];
  return (await there(known)) ? known : undefined;
}

/** Whether the round of this work painted all of these seeds: then the new round repeats it, and its work is the result. */
export function sameRound(work: Artwork, seeds: readonly number[]): boolean {
  const before = ledgerOf(work)?.candidates.map(({ seed }) => seed) ?? [work.recipe?.seed];
  return seeds.every((seed) => before.includes(seed));
}
