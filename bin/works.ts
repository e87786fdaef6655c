import { ArtistError } from '../lib/core/index.ts';
import { type Artwork, type Gallery, nameOf, SavedSearches } from '../lib/gallery/index.ts';
import { list, text } from './flags/flags.ts';
import type { Context } from './shell/run.ts';

/** How commands on many works say which: ids, or a query. */
export const worksPositional = list('Ids of works, beginnings or ends of them, or latest', undefined, (value) => value);
export const queryFlag = text('All works that this query finds, instead of ids (see: ai-artist gallery search --help)');

/** A query with the saved searches in it put in for their names. */
export function expandQuery(gallery: Gallery, query: string): Promise<string> {
  return new SavedSearches(gallery.folder).expand(query);
}

/** Says which fields of a query no work has: nothing was found by them, and somebody may look for the reason. */
export async function warnOfFields(gallery: Gallery, query: string, { warn }: Pick<Context, 'warn'>): Promise<void> {
  for (const { field, meant } of await gallery.unknownFields(query))
    warn(`query: no work has a field ${JSON.stringify(field)}${meant === undefined ? '' : `. Did you mean ${meant}?`}`);
}

/**
 * Ids of the works that are meant.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: both or neither; ERR_NOT_FOUND
 */
export async function chosenWorks(
  gallery: Gallery,
  { works = [], query }: { works?: readonly string[] | undefined; query?: string | undefined },
  { trashed = false, allWhenNone = false }: { trashed?: boolean; allWhenNone?: boolean } = {},
): Promise<string[]> {
  if (works.length > 0 && query !== undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', '--query: expected to be left out where ids are given');
  if (query !== undefined) return gallery.select(await expandQuery(gallery, query), { trashed });
  if (works.length > 0) {
    const ids: string[] = [];
    for (const work of works) ids.push(await gallery.find(work));
    return [...new Set(ids)];
  }
  if (allWhenNone) return gallery.select('', { trashed });
  throw new ArtistError('ERR_INVALID_ARGUMENT', 'works: expected ids or --query, got neither');
}

const stars = (rating: number | undefined): string => '★'.repeat(rating ?? 0).padEnd(5, '·');

/** Its title or prompt; of a picture that came without either, the file that it was. */
const calledOf = (work: Artwork): string => (work.title || work.recipe?.prompt ? nameOf(work, 60) : (work.imported?.from ?? '(no title)'));

/** One line of a list; the time is UTC. */
export function workLine(work: Artwork): string {
  const when = work.createdAt.slice(0, 16).replace('T', ' ');
  const size = `${work.image.width}x${work.image.height}`.padEnd(9);
  const tags = work.tags && work.tags.length > 0 ? `  [${work.tags.join(', ')}]` : '';
  return `${work.id}  ${when}  ${stars(work.rating)}${work.star ? '*' : ' '}  ${size}  ${calledOf(work)}${tags}`;
}

/** What an action on many works did, as it is reported. */
export interface Changed {
  changed: string[];
  failed: { id: string; code: string; message: string }[];
}

/** Does something to each work; one that fails stops none of the others. */
export async function changeEach(ids: readonly string[], signal: AbortSignal, change: (id: string) => Promise<unknown>): Promise<Changed> {
  const result: Changed = { changed: [], failed: [] };
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

/** Ids on stdout, the count on stderr, failures as warnings. */
export function changedOutcome({ changed, failed }: Changed, what: string, warn: (line: string) => void) {
  for (const { code, message } of failed) warn(`${code}: ${message}`);
  return {
    json: { changed, failed },
    text: changed,
    notes: [`${changed.length} ${changed.length === 1 ? 'work' : 'works'} ${what}${failed.length > 0 ? `, ${failed.length} failed` : ''}`],
    status: failed.length > 0 ? 1 : 0,
  };
}
