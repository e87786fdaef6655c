import { ArtistError, display } from '../../../lib/core/index.ts';
import { changeEach, selectWorks } from '../../../lib/gallery/index.ts';
import { list } from '../../flags/flags.ts';
import { queryFlag } from '../../flags/works-flags.ts';
import { changedOutcome } from '../../print/works/work-lines.ts';
import { command } from '../../shell/command.ts';
import { openGallery } from '../../shell/settings.ts';

function readRating(text: string | undefined): number | null {
  if (text === 'none') return null;
  const rating = Number(text);
  if (Number.isInteger(rating) && rating >= 1 && rating <= 5) return rating;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `rating: expected 1, 2, 3, 4, 5 or none as the last word, got ${display(text)}`);
}

export const rateCommand = command({
  required: { 'works-and-rating': list('Ids of works, then the rating: 1..5 or none', undefined, (value) => value) },
  flags: { query: queryFlag },
  examples: [
    ['$0 rate latest 5', 'Give the newest work the best rating'],
    ['$0 rate 01K9F 01K9G 3', 'Several works'],
    ['$0 rate --query "tag:sketch" 2', 'Every work that a query finds'],
    ['$0 rate latest none', 'Remove the rating'],
  ],
  epilogue: 'taste train learns from ratings and duels.',
  run: async ({ 'works-and-rating': words, query }, context) => {
    const rating = readRating(words.at(-1));
    const gallery = await openGallery(context);
    const ids = await selectWorks(gallery, { works: words.slice(0, -1), query });
    const changed = await changeEach(ids, context.signal, (id) => gallery.update(id, { rating }));
    const outcome = changedOutcome(changed, rating === null ? 'without rating' : `rated ${rating}`, context.warn);
    return { ...outcome, json: { ...outcome.json, rating } };
  },
});
