import type { Embedding } from '../../clip/index.ts';
import { type Beside, type Duel, type Rating, type TasteHead, type TasteOptions, trainDuels, trainRatings } from '../../curation/index.ts';

export type TasteSource = 'ratings' | 'duels' | 'posts';

/** What a taste is learnt from; ids are ULIDs of works. */
export interface Material {
  ratings: { id: string; rating: number }[];
  duels: { winner: string; loser: string }[];
  /** How posts of works did, in standard deviations: workStandings(). */
  standings: { id: string; standing: number }[];
}

export interface LearnOptions extends TasteOptions {
  /** All posts together weigh so many times what the ratings or duels weigh, but none more than one of these. */
  postsWeight: number;
}

/** Fewer posts teach nothing. */
const fewestPosts = 5;

/**
 * Learns a taste. With posts beside ratings or duels the metrics also have `posts` (works), `postsWeight` (of each), `postsLooR2` (how well what a
 * post brings can be told from pictures alone, left out) and, of ratings, `looR2Alone`: without posts.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT
 */
export function learnTaste(
  source: TasteSource,
  material: Material,
  vectors: ReadonlyMap<string, Embedding>,
  { postsWeight, ...options }: LearnOptions,
): TasteHead {
  const posts = ratingsOf(
    material.standings.map(({ id, standing }) => ({ id, rating: standing })),
    vectors,
  );
  if (source === 'posts') return trainRatings(posts, options);
  const own = new Set(source === 'ratings' ? material.ratings.map(({ id }) => id) : []);
  const others = ratingsOf(
    material.standings.filter(({ id }) => !own.has(id)).map(({ id, standing }) => ({ id, rating: standing })),
    vectors,
  );
  const isAlone = postsWeight === 0 || others.length < fewestPosts;
  if (source === 'duels') {
    const duels = duelsOf(material, vectors);
    if (isAlone) return trainDuels(duels, options);
    const examples = duelsOfPosts(others);
    if (examples.length < 2) return trainDuels(duels, options);
    const weight = Math.min(1, (postsWeight * duels.length) / examples.length);
    return told(trainDuels(duels, options, { examples, weight }), others, weight, options);
  }
  const ratings = ratingsOf(material.ratings, vectors);
  const alone = trainRatings(ratings, options);
  if (isAlone) return alone;
  const weight = Math.min(1, (postsWeight * ratings.length) / others.length);
  const beside: Beside<Rating> = { examples: onScaleOf(ratings, others), weight };
  const head = told(trainRatings(ratings, options, beside), others, weight, options);
  return { ...head, metrics: { ...head.metrics, looR2Alone: alone.metrics['looR2'] ?? 0 } };
}

function told(head: TasteHead, posts: readonly Rating[], weight: number, options: TasteOptions): TasteHead {
  const isFlat = posts.every(({ rating }) => rating === posts[0]?.rating);
  const postsLooR2 = isFlat ? 0 : (trainRatings(posts, options).metrics['looR2'] ?? 0);
  return { ...head, metrics: { ...head.metrics, posts: posts.length, postsWeight: weight, postsLooR2 } };
}

function ratingsOf(rated: readonly { id: string; rating: number }[], vectors: ReadonlyMap<string, Embedding>): Rating[] {
  return rated.flatMap(({ id, rating }) => {
    const embedding = vectors.get(id);
    return embedding ? [{ embedding, rating }] : [];
  });
}

function duelsOf({ duels }: Material, vectors: ReadonlyMap<string, Embedding>): Duel[] {
  return duels.flatMap((duel) => {
    const [winner, loser] = [vectors.get(duel.winner), vectors.get(duel.loser)];
    return winner && loser ? [{ winner, loser }] : [];
  });
}

/** Each work against the next one, the better winning: pairs as far apart as those of the owner's duels are, since the rest is left to chance. */
function duelsOfPosts(posts: readonly Rating[]): Duel[] {
  return posts.flatMap((first, index) => {
    const second = posts[index + 1];
    if (index % 2 === 1 || !second || first.rating === second.rating) return [];
    const [winner, loser] = first.rating > second.rating ? [first, second] : [second, first];
    return [{ winner: winner.embedding, loser: loser.embedding }];
  });
}

/** Standings as ratings with the owner's mean and spread. */
function onScaleOf(ratings: readonly Rating[], posts: readonly Rating[]): Rating[] {
  const mean = ratings.reduce((sum, { rating }) => sum + rating, 0) / ratings.length;
  const spread = Math.sqrt(ratings.reduce((sum, { rating }) => sum + (rating - mean) ** 2, 0) / ratings.length);
  return posts.map(({ embedding, rating }) => ({ embedding, rating: mean + spread * rating }));
}
