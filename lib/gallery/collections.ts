import { join } from 'node:path';
import * as z from 'zod';
import { StateFile, type StateOptions } from '../core/index.ts';
import { normalise } from './search/search-text.ts';

const aboutSchema = z.strictObject({
  /** As it was last written. */
  name: z.string(),
  /** A text about it. */
  description: z.string().max(20_000).default(''),
  /** Listed before the others. */
  pinned: z.boolean().default(false),
});
/** What is stored about a collection, besides its works. */
export type CollectionFacts = z.output<typeof aboutSchema>;

const definition = {
  kind: 'collections',
  access: 'umask' as const, // as the works
  version: 1,
  schema: z.record(z.string(), aboutSchema),
  initial: () => ({}),
};

/**
 * Texts and pins of collections, in `collections.json` of the gallery's folder. Which works a collection has is in their records alone. Case
 * does not distinguish names.
 */
export class CollectionBook {
  readonly #state: StateFile<Record<string, CollectionFacts>>;

  constructor(folder: string, options: StateOptions = {}) {
    this.#state = new StateFile(join(folder, 'collections.json'), definition, options);
  }

  /** By normalised name. */
  async all(): Promise<ReadonlyMap<string, CollectionFacts>> {
    return new Map(Object.entries(await this.#state.read()));
  }

  async has(name: string): Promise<boolean> {
    return own(await this.#state.read(), name) !== undefined;
  }

  /** Changes what is stored; fields that are not named stay. */
  async describe(
    name: string,
    { description, pinned }: { description?: string | undefined; pinned?: boolean | undefined },
  ): Promise<CollectionFacts> {
    return this.#state.change((book) => {
      const before = own(book, name) ?? { name, description: '', pinned: false };
      const after = { name, description: description ?? before.description, pinned: pinned ?? before.pinned };
      set(book, normalise(name), after);
      return after;
    });
  }

  /** Moves the text and the pin to another name; if that has some, they stay. */
  async rename(name: string, to: string): Promise<void> {
    await this.#state.change((book) => {
      const before = own(book, name);
      if (!before || normalise(name) === normalise(to)) return;
      const there = own(book, to);
      delete book[normalise(name)];
      set(book, normalise(to), {
        name: to,
        description: there?.description || before.description,
        pinned: before.pinned || there?.pinned === true,
      });
    });
  }

  async remove(name: string): Promise<void> {
    await this.#state.change((book) => void delete book[normalise(name)]);
  }
}

const own = (book: Record<string, CollectionFacts>, name: string): CollectionFacts | undefined =>
  Object.hasOwn(book, normalise(name)) ? book[normalise(name)] : undefined;

/** A collection may be called `__proto__`. */
function set(book: Record<string, CollectionFacts>, key: string, value: CollectionFacts): void {
  Object.defineProperty(book, key, { value, enumerable: true, configurable: true, writable: true });
}
