/** What the holders of a link see. Every reply to them is made of what these functions give. */
import * as z from 'zod';
import { ArtistError, isArtistError } from '../../core/index.ts';
import type { Artwork, Gallery, WorkSummary } from '../../gallery/index.ts';
import { recipeSchema, writeInfotext } from '../../image/index.ts';
import { pictureVersion, withoutPlaces } from '../api/works/records.ts';
import { isPublic } from '../visibility.ts';
import type { Share } from './share-book.ts';

export const shownWork = z.object({
  id: z.string(),
  createdAt: z.string(),
  width: z.int(),
  height: z.int(),
  version: z.string().describe('Of the picture, as `v` of its addresses'),
  title: z.string().nullable(),
  altText: z.string().nullable(),
  prompt: z.string().nullable().describe('Only if the link shows recipes'),
});
export type ShownWork = z.output<typeof shownWork>;

/** For so long the works of a link are remembered, milliseconds. Whether each is hidden or in the trash is looked up each time. */
const rememberedMs = 1000;
const mostRemembered = 50;

const nothing = (): ArtistError => new ArtistError('ERR_NOT_FOUND', 'work: no such work behind this link');

/** The works of links. */
export class ShownWorks {
  readonly #gallery: Gallery;
  readonly #now: () => number;
  readonly #known = new Map<string, { ids: Promise<ReadonlySet<string>>; until: number }>();

  constructor(gallery: Gallery, now: () => number) {
    this.#gallery = gallery;
    this.#now = now;
  }

  /** Ids of the works that a link names, in their order; some may be hidden since. */
  idsOf(share: Share): Promise<ReadonlySet<string>> {
    const known = this.#known.get(share.id);
    if (known && known.until > this.#now()) return known.ids;
    const ids = this.#select(share);
    this.#known.delete(share.id);
    this.#known.set(share.id, { ids, until: this.#now() + rememberedMs });
    for (const [old] of this.#known) {
      if (this.#known.size <= mostRemembered) break;
      this.#known.delete(old);
    }
    ids.catch(() => this.#known.delete(share.id));
    return ids;
  }

  async #select({ which }: Share): Promise<ReadonlySet<string>> {
    if ('ids' in which) return new Set(which.ids);
    const found = await this.#gallery.select(which.query, { hidden: false, trashed: false });
    const out = new Set(which.except);
    return new Set(found.filter((id) => !out.has(id)));
  }

  /**
   * A work that a link shows: it is one of its works, and neither hidden nor in the trash. Whoever asks, also the holder of a token.
   *
   * @throws ArtistError ERR_NOT_FOUND, the same for a work that does not exist and for one that is not shown
   */
  async work(share: Share, id: string): Promise<WorkSummary> {
    if (!(await this.idsOf(share)).has(id)) throw nothing();
    const work = await this.#gallery.summary(id).catch((error: unknown) => {
      throw isArtistError(error, 'ERR_NOT_FOUND') ? nothing() : error;
    });
    if (!isPublic(work)) throw nothing();
    return work;
  }
}

/** A name may be the beginning of the prompt, so it is not among the fields: the title is. */
export function shownRow({ withRecipe }: Share, work: WorkSummary): ShownWork {
  return {
    id: work.id,
    createdAt: work.createdAt,
    width: work.width,
    height: work.height,
    version: pictureVersion(work.sha256),
    title: work.title ?? null,
    altText: work.altText ?? null,
    prompt: withRecipe ? (work.prompt ?? null) : null,
  };
}

/** The recipe as A1111 writes it; null: the link shows none, or it has none. */
export function shownRecipe({ withRecipe }: Share, { recipe }: Artwork): string | null {
  const whole = recipeSchema.safeParse(withoutPlaces(recipe));
  return withRecipe && whole.success ? writeInfotext(whole.data) : null;
}

/** Whether the file may be given as it was filed: it holds the recipe, and names no place of a machine, as one of another program may. */
export function mayGiveOriginal({ withRecipe }: Share, { recipe, imported }: Artwork): boolean {
  return withRecipe && imported === undefined && JSON.stringify(withoutPlaces(recipe)) === JSON.stringify(recipe);
}
