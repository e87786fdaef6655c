/** Taste and duels: what was learned of it, and how far to trust that. */
import { form, works } from './words.ts';

const duels = (n: number): string => `${n} ${form(n, { one: 'duel', other: 'duels' })}`;

export const taste = {
  ratings: ({ n }: { n: number }) => `your taste, learned from ${n} ${form(n, { one: 'rating', other: 'ratings' })}`,
  duels: ({ n }: { n: number }) => `your taste, learned from ${duels(n)}`,
  seenBy: ({ model }: { model: string }) => `, of pictures as ${model} sees them`,
  guesses: ({ unseen, seen }: { unseen: string; seen: string }) =>
    `of what makes your ratings differ it guesses ${unseen} % for a picture that it has not seen, and ${seen} % for those it learned from`,
  guessesNothing: 'it cannot guess yet how you would rate a picture that it has not seen: rate more works, and use the whole scale',
  decides: ({ percent }: { percent: string }) =>
    `it decides ${percent} % of these duels as you did; with few duels this says little, because it learned from the same ones`,
  posts: ({ n, weight }: { n: number; weight: string }) =>
    `learned from the posts of ${works(n)}, too, each of which counts ${weight}× as much as one of them`,
  postsExplain: ({ percent }: { percent: string }) => `the pictures explain ${percent} % of what the posts brought`,
  postsExplainNothing: 'the pictures do not explain what the posts brought, so they teach only chance',
  postsHarm: ({ percent }: { percent: string }) =>
    `without the posts it would guess your ratings better (${percent} %): give them less weight`,
  question: 'Which one do you prefer? 1, 2, or Enter for neither:',
  better: ({ winner, loser, n }: { winner: string; loser: string; n: number }) =>
    `${winner} is better than ${loser}: ${duels(n)} so far. To learn from them: ai-artist taste train`,
  neither: 'neither was chosen, and nothing is recorded',
};
