import type { Clock } from '../../../core/index.ts';
import { CollectionBook, type Gallery, sameName } from '../../../gallery/index.ts';

export interface Collection {
  name: string;
  works: number;
  description: string;
  pinned: boolean;
  /** When its newest work was made or last changed; null: it has none. */
  usedAt: string | null;
}

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** A query for the works of a collection, or with a tag. */
export const queryOf = (of: 'collection' | 'tag', name: string): string => `${of}:${quoted(name)}`;

/** The collections of a gallery: those that works name, and those that only have a text. */
export class Collections {
  readonly book: CollectionBook;
  readonly #gallery: Gallery;
  /** Names as written and times of use, as long as the number of works stays. */
  readonly #known = new Map<string, Collection>();

  constructor(gallery: Gallery, clock: Clock) {
    this.#gallery = gallery;
    this.book = new CollectionBook(gallery.folder, { clock });
  }

  /** Pinned ones first, then the last used. Without `hidden`, hidden works do not count, and a collection with nothing else is left out. */
  async list({ hidden }: { hidden: boolean }): Promise<Collection[]> {
    const [{ collections }, facts] = [await this.#gallery.stats(), await this.book.all()];
    const someHidden = !hidden && (await this.#gallery.select('hidden:true')).length > 0;
    const found: Collection[] = [];
    for (const { name, works } of collections) {
      const one = someHidden ? await this.#read(name, works, false) : await this.#one(name, works);
      const shown = someHidden ? (await this.#gallery.select(queryOf('collection', name), { hidden: false })).length : works;
      const about = facts.get(name);
      if (shown > 0) found.push({ ...one, works: shown, description: about?.description ?? '', pinned: about?.pinned ?? false });
    }
    if (hidden)
      for (const [key, { name, description, pinned }] of facts)
        if (!collections.some((each) => each.name === key)) found.push({ name, works: 0, description, pinned, usedAt: null });
    return found.sort((a, b) => Number(b.pinned) - Number(a.pinned) || order(b.usedAt ?? '', a.usedAt ?? '') || order(a.name, b.name));
  }

  async #one(name: string, works: number): Promise<Collection> {
    const known = this.#known.get(name);
    if (known?.works === works) return known;
    const one = await this.#read(name, works, true);
    this.#known.set(name, one);
    return one;
  }

  /** @param hidden whether its newest work may be a hidden one */
  async #read(name: string, works: number, hidden: boolean): Promise<Collection> {
    const {
      works: [newest],
    } = await this.#gallery.list({ query: queryOf('collection', name), limit: 1, hidden });
    const written = newest?.collections?.find((each) => sameName(each, name)) ?? name;
    return { name: written, works, description: '', pinned: false, usedAt: newest?.updatedAt ?? newest?.createdAt ?? null };
  }

  /** Ids of the works of a collection or with one of some tags, also of those in the trash. */
  async worksOf(of: 'collection' | 'tag', names: readonly string[]): Promise<string[]> {
    const ids = new Set<string>();
    for (const name of names)
      for (const trashed of [false, true]) for (const id of await this.#gallery.select(queryOf(of, name), { trashed })) ids.add(id);
    return [...ids];
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
