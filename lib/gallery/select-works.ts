/** Which works an action is about, and doing it to each of them. */
import { ArtistError } from '../core/index.ts';
import type { Gallery } from './gallery.ts';
import { SavedSearches } from './search/saved-searches.ts';

/** A query with the saved searches in it put in for their names. */
export function expandQuery(gallery: Gallery, query: string): Promise<string> {
  return new SavedSearches(gallery.folder).expand(query);
}

/**
 * Ids of the works that are meant: by ids (beginnings or ends of them, or `latest`), or by a query.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: both or neither; ERR_NOT_FOUND
 */
export async function selectWorks(
  gallery: Gallery,
  { works = [], query }: { works?: readonly string[] | undefined; query?: string | undefined },
  { trashed = false, allWhenNone = false }: { trashed?: boolean; allWhenNone?: boolean } = {},
): Promise<string[]> {
  if (works.length > 0 && query !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'query: expected to be left out where ids are given');
  if (query !== undefined) return gallery.select(await expandQuery(gallery, query), { trashed });
  if (works.length > 0) {
    const ids: string[] = [];
    for (const work of works) ids.push(await gallery.find(work));
    return [...new Set(ids)];
  }
  if (allWhenNone) return gallery.select('', { trashed });
  throw new ArtistError('ERR_INVALID_ARGUMENT', 'works: expected ids or `query`, got neither');
}

/** What an action on many works did, as it is reported. */
export interface ChangedWorks {
  changed: string[];
  failed: { id: string; code: string; message: string }[];
}

/** Does something to each work; one that fails stops none of the others. */
export async function changeEach(
  ids: readonly string[],
  signal: AbortSignal,
  change: (id: string) => Promise<unknown>,
): Promise<ChangedWorks> {
  const result: ChangedWorks = { changed: [], failed: [] };
  for (const id of ids) {
    signal.throwIfAborted();
    try {
      await change(id);
      result.changed.push(id);
    } catch (error) {
      if (!(error instanceof ArtistError)) throw error;
      result.failed.push({ id, code: error.code, message: error.message });
    }
  }
  return result;
}
