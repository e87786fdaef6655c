import { embedderOf } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import { expandQuery, type Gallery, SavedSearches, SimilarWorks, type Vector } from '../../../lib/gallery/index.ts';
import { createProgress } from '../../../lib/observe/index.ts';
import { openClip } from '../../flags/clip-flag.ts';
import { list, text, toggle, type Values } from '../../flags/flags.ts';
import { warnOfFields } from '../../flags/works-flags.ts';
import { progressIsSilent } from '../../print/progress.ts';
import { workLine } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import type { Context, Outcome } from '../../shell/run.ts';
import { openGallery } from '../../shell/settings.ts';
import { pageFlags, pageOutcome } from './list.ts';

const flags = {
  like: text('What the pictures should look like, in words: the nearest first, by CLIP'),
  image: text('The same for a picture: a file'),
  similar: text('The same for a work of the gallery'),
  clip: text('CLIP that compares: a file or folder of your own. Default: the bundled one'),
  ...pageFlags,
  save: text('Keep the query under this name: then @NAME stands for it'),
  saved: toggle('List the searches that were kept'),
  forget: text('Remove the search of this name'),
} as const;

type SearchValues = { query: string | undefined } & Values<typeof flags>;

/** How many a semantic search shows. */
const nearestShown = 20;

/** Searches that are kept; undefined: it is none of that. */
async function keptSearches(gallery: Gallery, { query, save, saved, forget }: SearchValues): Promise<Outcome | undefined> {
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

async function byLikeness(gallery: Gallery, values: SearchValues, query: string, context: Context): Promise<Outcome> {
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
      notes: [`nearest of the gallery, by ${clip.info.name}${embedded > 0 ? `; ${embedded} works were looked at for the first time` : ''}`],
    };
  } finally {
    progress.end();
    await clip.dispose();
  }
}

export const searchCommand = command({
  optional: { query: list('Words, "phrases", field:value; all must hold', undefined, (word) => word) },
  flags,
  examples: [
    ['$0 gallery search fox snow', 'Both words, in prompt, title, alternative text, tags and collections'],
    [
      '$0 gallery search \'"red fox" sampler:euler_a steps:>=20 cfg:5..8 -tag:draft\'',
      'Any setting of the recipe; - turns a condition round',
    ],
    ['$0 gallery search "rating:>=4 is:star date:2026-11"', 'Ratings, favourites, dates'],
    ['$0 gallery search "fox rating:5" --save best', 'Then: ai-artist gallery search @best'],
    ['$0 gallery search --like "a ship in a storm"', 'What it shows, not what was written'],
    ['$0 gallery search "rating:>=3" --similar latest', 'Both together'],
  ],
  epilogue:
    'Fields: prompt, title, alt, tag, collection, rating (1..5 or none), is:star, date, before, after (days of UTC), and every setting: model, lora, sampler, scheduler, steps, cfg, seed, width, height, size, negative, mode, program … Numbers take >, >=, <, <= and 5..8. Capitals do not matter.',
  run: async ({ query: words, ...flagged }, context) => {
    const gallery = await openGallery(context);
    const values: SearchValues = { ...flagged, query: words?.join(' ') };
    const kept = await keptSearches(gallery, values);
    if (kept) return kept;
    const { limit, after, sort } = values;
    const ways = [values.like, values.image, values.similar].filter((way) => way !== undefined).length;
    const query = await expandQuery(gallery, values.query ?? '');
    await warnOfFields(gallery, query, context);
    if (ways > 1) throw new ArtistError('ERR_INVALID_ARGUMENT', '--like: expected one of --like, --image and --similar, got several');
    if (ways === 1) {
      const refused = after !== undefined ? '--after' : sort !== undefined ? '--sort' : undefined;
      if (refused) throw new ArtistError('ERR_INVALID_ARGUMENT', `${refused}: expected to be left out with --like, --image and --similar`);
      return byLikeness(gallery, values, query, context);
    }
    const page = await gallery.list({
      ...(limit !== undefined && { limit }),
      ...(sort !== undefined && { sort }),
      after: after === undefined ? undefined : await gallery.find(after),
      query,
    });
    return pageOutcome(page, context);
  },
});
