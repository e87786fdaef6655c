import { ArtistError } from '../../../lib/core/index.ts';
import { expandQuery } from '../../../lib/gallery/index.ts';
import { list } from '../../flags/flags.ts';
import { warnOfFields } from '../../flags/works-flags.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';
import { byLikeness, flags, keptSearches, type SearchValues } from '../../steps/search-works.ts';
import { pageOutcome } from './list.ts';

export const searchCommand = command({
  optional: { query: list('Words, "phrases", field:value; a work must match all of them', undefined, (word) => word) },
  flags,
  examples: [
    ['$0 gallery search fox snow', 'Both words, in prompt, title, alternative text, tags and collections'],
    ['$0 gallery search \'"red fox" sampler:euler_a steps:>=20 cfg:5..8 -tag:draft\'', 'Any setting of the recipe; - negates a condition'],
    ['$0 gallery search "rating:>=4 is:star date:2026-11"', 'Ratings, favourites, dates'],
    ['$0 gallery search "fox rating:5" --save best', 'Then: ai-artist gallery search @best'],
    ['$0 gallery search --like "a ship in a storm"', 'By what the picture shows, not by its text'],
    ['$0 gallery search "rating:>=3" --similar latest', 'A query and similarity together'],
  ],
  epilogue:
    'Fields: prompt, title, alt, tag, collection, rating (1..5 or none), is:star, date, before, after (days of UTC), and every setting: model, lora, sampler, scheduler, steps, cfg, seed, width, height, size, negative, mode, program … Numbers take >, >=, <, <= and 5..8. Case does not matter.',
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
