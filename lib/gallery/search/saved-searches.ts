import { join } from 'node:path';
import * as z from 'zod';
import { ArtistError, nearest, StateFile, type StateOptions } from '../../core/index.ts';
import { parseQuery } from './query.ts';

/** Limit, because searches that contain others can grow without bound. */
const longestQuery = 20_000;

const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}_.-]*$/u;

/** Between text and names of saved searches, which are every second part of a split. */
const namedPart = /(?<=^|\s)@(\S+)/;

/** Whether a query contains saved searches by their names. */
export const namesSearches = (query: string): boolean => namedPart.test(query);

/** Named queries, stored in the gallery's folder. */
export class SavedSearches {
  readonly #state: StateFile<Record<string, string>>;

  constructor(folder: string, options: StateOptions = {}) {
    const schema = z.record(z.string(), z.string());
    this.#state = new StateFile(
      join(folder, 'searches.json'),
      { kind: 'saved searches', version: 1, access: 'umask', schema, initial: () => ({}) },
      options,
    );
  }

  /**
   * Name -> query.
   *
   * @throws ArtistError every error of StateFile.read()
   */
  all(): Promise<Record<string, string>> {
    return this.#state.read();
  }

  /**
   * Saves a query, replacing one of the same name.
   *
   * @throws ArtistError ERR_INVALID_ARGUMENT: the name or the query; and every error of StateFile.update()
   */
  async save(name: string, query: string): Promise<void> {
    if (!nameForm.test(name)) throw badName(name);
    parseQuery(await this.expand(query, [name]));
    await this.#state.update((searches) => ({ ...searches, [name]: query }));
  }

  /**
   * Renames a search, also in the searches that contain it. Returns its query.
   *
   * @throws ArtistError ERR_NOT_FOUND; ERR_ALREADY_EXISTS: a search has the new name; ERR_INVALID_ARGUMENT: the name; and every error of
   *   StateFile.update()
   */
  async rename(name: string, to: string): Promise<string> {
    if (!nameForm.test(to)) throw badName(to);
    return this.#state.change((searches) => {
      const query = Object.hasOwn(searches, name) ? searches[name] : undefined;
      if (query === undefined) throw missing(name, searches);
      if (to === name) return query;
      if (Object.hasOwn(searches, to)) throw new ArtistError('ERR_ALREADY_EXISTS', `@${to}: expected a name that no search has`);
      delete searches[name];
      for (const [key, text] of Object.entries(searches))
        searches[key] = text
          .split(/((?<=^|\s)@\S+)/)
          .map((part) => (part === `@${name}` ? `@${to}` : part))
          .join('');
      searches[to] = query;
      return query;
    });
  }

  /** @throws ArtistError ERR_NOT_FOUND, and every error of StateFile.update() */
  async remove(name: string): Promise<void> {
    await this.#state.update((searches) => {
      if (!Object.hasOwn(searches, name)) throw missing(name, searches);
      return Object.fromEntries(Object.entries(searches).filter(([key]) => key !== name));
    });
  }

  /**
   * Replaces names of saved searches in a query by their queries: `@best fox`.
   *
   * @throws ArtistError ERR_NOT_FOUND: no search of that name, ERR_INVALID_ARGUMENT: searches that contain each other
   */
  async expand(query: string, within: readonly string[] = []): Promise<string> {
    const parts = query.split(namedPart); // text and names in turn
    if (parts.length === 1) return query;
    const searches = await this.all();
    const expanded: string[] = [];
    for (const [at, part] of parts.entries()) expanded.push(at % 2 === 0 ? part : await this.#named(part, searches, within));
    const whole = expanded.join('');
    if (whole.length <= longestQuery) return whole;
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `@${parts[1]}: expected saved searches of at most ${longestQuery} characters, got ${whole.length}`,
    );
  }

  async #named(name: string, searches: Record<string, string>, within: readonly string[]): Promise<string> {
    const saved = Object.hasOwn(searches, name) ? searches[name] : undefined;
    if (saved === undefined) throw missing(name, searches);
    if (within.includes(name)) throw new ArtistError('ERR_INVALID_ARGUMENT', `@${name}: expected a search that does not contain itself`);
    return this.expand(saved, [...within, name]);
  }
}

const badName = (name: string): ArtistError =>
  new ArtistError('ERR_INVALID_ARGUMENT', `name: expected letters, digits, _ . and -, got ${JSON.stringify(name)}`);

function missing(name: string, searches: Record<string, string>): ArtistError {
  const guess = nearest(name, Object.keys(searches));
  return new ArtistError(
    'ERR_NOT_FOUND',
    `@${name}: no saved search of that name${guess === undefined ? '' : `, did you mean @${guess}?`}`,
  );
}
