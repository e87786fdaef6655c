import { embedderOf } from '../../lib/artist/index.ts';
import { ArtistError } from '../../lib/core/index.ts';
import { type Gallery, SavedSearches, SimilarWorks, type Vector } from '../../lib/gallery/index.ts';
import { createProgress } from '../../lib/observe/index.ts';
import { pageFlags } from '../commands/gallery/list.ts';
import { openClip } from '../flags/clip-flag.ts';
import { text, toggle, type Values } from '../flags/flags.ts';
import { progressIsSilent } from '../print/progress.ts';
import { workLine } from '../print/works/work-lines.ts';
import type { Context, Outcome } from '../shell/run.ts';

export const flags = {
  like: text('Description of the pictures in words; nearest first, by CLIP'),
  image: text('Find pictures similar to this file'),
  similar: text('Find pictures similar to this work'),
  clip: text('CLIP for the comparison: your own file or folder. Default: the bundled one'),
  ...pageFlags,
  save: text('Save the query under this name; @NAME then stands for it'),
  saved: toggle('List the saved searches'),
  forget: text('Delete a saved search'),
} as const;

export type SearchValues = { query: string | undefined } & Values<typeof flags>;

/** Default number of results of a semantic search. */
const nearestShown = 20;

/** Handles saved searches; undefined if the flags ask for none of that. */
export async function keptSearches(gallery: Gallery, { query, save, saved, forget }: SearchValues): Promise<Outcome | undefined> {
  const searches = new SavedSearches(gallery.folder);
  if (saved) {
    const all = await searches.all();
    return { json: { searches: all }, text: Object.entries(all).map(([name, kept]) => `@${name}  ${kept}`) };
  }
  if (forget !== undefined) {
    await searches.remove(forget.replace(/^@/, ''));
    return { json: { forgotten: forget }, text: [] };
  }
  if (save === undefined) return undefined;
  if (query === undefined || query === '') throw new ArtistError('ERR_INVALID_ARGUMENT', '--save: expected a query with it, got none');
  await searches.save(save.replace(/^@/, ''), query);
  return undefined;
}

export async function byLikeness(gallery: Gallery, values: SearchValues, query: string, context: Context): Promise<Outcome> {
  const { like, image, similar, limit = nearestShown } = values;
  const { signal } = context;
  const progress = createProgress({ silent: progressIsSilent(context) });
  const clip = await openClip(values.clip, signal);
  try {
    const works = new SimilarWorks(gallery, await embedderOf(clip, signal));
    const { embedded, failed } = await works.embedMissing({
      signal,
      onProgress: (done, total) => progress.update('looking at new works', done, total),
    });
    progress.end();
    for (const { message } of failed) context.warn(message);
    const own = similar === undefined ? undefined : await gallery.find(similar);
    const wanted: Vector | undefined =
      like !== undefined
        ? await clip.embedText(like, { signal })
        : image !== undefined
          ? await clip.embedImage(image, { signal })
          : await works.vectorOf(own ?? '');
    if (!wanted) throw new ArtistError('ERR_NOT_FOUND', `--similar: expected a work whose picture can be read, got ${own}`);
    const found = (await works.nearest(wanted, { limit: limit + (own === undefined ? 0 : 1), query })).filter(
      ({ work }) => work.id !== own,
    );
    return {
      json: { scorer: clip.info.name, works: found.map(({ work, similarity }) => ({ ...work, similarity })) },
      text: found.map(({ work, similarity }) => `${similarity.toFixed(3).padStart(6)}  ${workLine(work)}`),
      notes: [`nearest of the gallery, by ${clip.info.name}${embedded > 0 ? `; ${embedded} works were embedded for the first time` : ''}`],
    };
  } finally {
    progress.end();
    await clip.dispose();
  }
}
