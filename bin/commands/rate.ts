import { ArtistError } from '../../lib/core/index.ts';
import { command } from '../command.ts';
import { anyText } from '../flags.ts';
import { openGallery } from '../settings.ts';

function readRating(given: string): number | null {
  if (given === 'none') return null;
  const rating = Number(given);
  if (Number.isInteger(rating) && rating >= 1 && rating <= 5) return rating;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `rating: expected 1..5 or none, got ${JSON.stringify(given)}`);
}

export const rateCommand = command({
  required: {
    id: anyText('Work: its id, a beginning or end of it, or latest'),
    rating: anyText('1 to 5, larger is better, or none'),
  },
  examples: [
    ['$0 rate latest 5', 'The last work is one of the best'],
    ['$0 rate 01K3 none', 'Take the rating back'],
  ],
  epilogue: 'Ratings and duels are what taste train learns from.',
  run: async ({ id, rating }, context) => {
    const value = readRating(rating);
    const work = await (await openGallery(context)).update(id, { rating: value });
    return { json: { id: work.id, rating: value }, text: [], notes: [`${work.id}: ${value === null ? 'no rating' : `${value} of 5`}`] };
  },
});
