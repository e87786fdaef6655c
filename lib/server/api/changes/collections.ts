import { type Clock, type ErrorCode, isArtistError, ulidTime } from '../../../core/index.ts';
import { CollectionBook, type CollectionFacts, type Gallery, type NewestCount, sameName } from '../../../gallery/index.ts';

export interface Collection {
  name: string;
  works: number;
  description: string;
  pinned: boolean;
  /** When its newest work was made or last changed; null: it has none. */
  usedAt: string | null;
}

/** Records of newest works that are read at a time. */
const readsAtOnce = 100;
/** Errors of a record that was removed or damaged since the index was asked. */
const goneCodes: ReadonlySet<ErrorCode> = new Set(['ERR_NOT_FOUND', 'ERR_DAMAGED', 'ERR_NEWER_VERSION']);

const quoted = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** A query for the works of a collection, or with a tag. */
export const queryOf = (of: 'collection' | 'tag', name: string): string => `${of}:${quoted(name)}`;

/** The collections of a gallery: those that works name, and those that only have a text. */
export class Collections {
  readonly book: CollectionBook;
  readonly #gallery: Gallery;

  constructor(gallery: Gallery, clock: Clock) {
    this.#gallery = gallery;
    this.book = new CollectionBook(gallery.folder, { clock });
  }

  /** Pinned ones first, then the last used. Without `hidden`, hidden works do not count, and a collection with nothing else is left out. */
  async list({ hidden }: { hidden: boolean }): Promise<Collection[]> {
    const [counts, facts] = await Promise.all([this.#gallery.newestOf('collection', { hidden }), this.book.all()]);
    const found: Collection[] = [];
    for (let from = 0; from < counts.length; from += readsAtOnce)
      found.push(...(await Promise.all(counts.slice(from, from + readsAtOnce).map((count) => this.#read(count, facts.get(count.name))))));
    if (hidden) {
      const named = new Set(counts.map(({ name }) => name));
      for (const [key, { name, description, pinned }] of facts)
        if (!named.has(key)) found.push({ name, works: 0, description, pinned, usedAt: null });
    }
    return found.sort((a, b) => Number(b.pinned) - Number(a.pinned) || order(b.usedAt ?? '', a.usedAt ?? '') || order(a.name, b.name));
  }

  /** The index has names in lower case; the newest work has it as written, and the time of use. */
  async #read({ name, works, newest }: NewestCount, facts: CollectionFacts | undefined): Promise<Collection> {
    const work = await this.#gallery.summary(newest).catch((error: unknown) => {
      if (isArtistError(error) && goneCodes.has(error.code)) return undefined;
      throw error;
    });
    const written = work?.collections.find((each) => sameName(each, name)) ?? name;
    const { description = '', pinned = false } = facts ?? {};
    const usedAt = work?.updatedAt ?? work?.createdAt ?? new Date(ulidTime(newest)).toISOString();
    return { name: written, works, description, pinned, usedAt };
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
