/** Learns the owner's taste from ratings and duels, and from what posts brought. */
import * as z from 'zod';
import { loadClip } from '../../clip/index.ts';
import { ArtistError, counted, homeOf, resolveOptions, writeOutput } from '../../core/index.ts';
import { duelsFile, type TasteHead } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type EmbedWorksOptions, embedWorks, worksOf } from '../measure/embedded-works.ts';
import { learnTaste, type Material, type TasteSource } from './learn-taste.ts';

/** How many of the newest works are used, at most. */
const mostWorks = 5000;
const fewest = 2;

async function collect(works: readonly Artwork[], home: string, standings: ReadonlyMap<string, number>): Promise<Material> {
  const known = new Set(works.map(({ id }) => id));
  const { duels } = await duelsFile(home).read();
  return {
    ratings: works.flatMap(({ id, rating }) => (rating === undefined ? [] : [{ id, rating }])),
    // Duels and posts of deleted works do not count.
    duels: duels.filter(({ winner, loser }) => known.has(winner) && known.has(loser)),
    standings: [...standings].flatMap(([id, standing]) => (known.has(id) ? [{ id, standing }] : [])),
  };
}

function sourceOf(given: TasteSource | undefined, { ratings, duels, standings }: Material): TasteSource {
  const source = given ?? (duels.length > ratings.length ? 'duels' : 'ratings');
  const count = { ratings, duels, posts: standings }[source].length;
  if (count >= fewest) return source;
  const what = source === 'posts' ? 'works with figures of posts after a day' : source;
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `taste train: expected at least ${fewest} ${what}, got ${count} (${counted(ratings.length, 'rating')} and ${counted(duels.length, 'duel')} in all). Give some with ai-artist rate or ai-artist duel`,
  );
}

export interface TrainTasteOptions extends EmbedWorksOptions {
  /** Home folder: duels are read from it, and the taste is written into it. */
  home: string;
  gallery: Gallery;
  /** Source to learn from. Default: the one with more entries. */
  from?: TasteSource | undefined;
  /** How the posts of works did, by the works' ULIDs: workStandings() of `ai-artist/publish`. Default: none. */
  standings?: ReadonlyMap<string, number> | undefined;
  /**
   * Weight of what posts brought beside the owner's own ratings or duels, 0..10: 1 lets all posts together weigh as much as all of these, and more
   * lets them outweigh them. Posts of works that the owner rated do not count. Default: 0.
   */
  postsWeight?: number | undefined;
  /** Ridge penalty, above 0: a larger one pulls harder towards no preference. Default: 1. */
  ridge?: number | undefined;
  /** CLIP that embeds the works: a file or folder. Default: the bundled one. */
  clip?: string | undefined;
}

/**
 * Learns a taste from the newest 5000 works and writes it to the home, where create() finds it.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when there are fewer than two ratings or duels; every error of loadClip() and writeOutput()
 */
export async function trainTaste({
  home,
  gallery,
  from,
  standings = new Map(),
  postsWeight = 0,
  ridge,
  clip: model,
  ...options
}: TrainTasteOptions): Promise<{ path: string; head: TasteHead }> {
  resolveOptions('taste train', z.strictObject({ postsWeight: z.number().min(0).max(10) }), { postsWeight });
  const works = await worksOf(gallery, '', mostWorks, options.warn);
  const material = await collect(works, home, postsWeight > 0 || from === 'posts' ? standings : new Map());
  const source = sourceOf(from, material);
  const needed = new Set([
    ...(source === 'ratings' ? material.ratings.map(({ id }) => id) : []),
    ...(source === 'duels' ? material.duels.flatMap(({ winner, loser }) => [winner, loser]) : []),
    ...material.standings.map(({ id }) => id),
  ]);
  const clip = await loadClip({ ...(model !== undefined && { model }), signal: options.signal });
  let head: TasteHead;
  try {
    const embedded = await embedWorks(
      works.filter(({ id }) => needed.has(id)),
      clip,
      options,
    );
    const vectors = new Map(embedded.map(({ work, embedding }) => [work.id, embedding]));
    head = learnTaste(source, material, vectors, { postsWeight, model: clip.info.name, ...(ridge !== undefined && { ridge }) });
  } finally {
    await clip.dispose();
  }
  const path = homeOf(home).taste;
  await writeOutput(path, `${JSON.stringify(head)}\n`, { overwrite: true, record: true });
  return { path, head };
}
