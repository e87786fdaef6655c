/** Learns the owner's taste from ratings and duels. */
import { loadClip } from '../../clip/index.ts';
import { ArtistError, counted, homeOf, writeOutput } from '../../core/index.ts';
import { duelsFile, type TasteHead, trainDuels, trainRatings } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type EmbeddedWork, type EmbedWorksOptions, embedWorks, worksOf } from '../measure/embedded-works.ts';

/** How many of the newest works are used, at most. */
const mostWorks = 5000;
const fewest = 2;

interface Material {
  ratings: { id: string; rating: number }[];
  duels: { winner: string; loser: string }[];
}

async function collect(works: readonly Artwork[], home: string): Promise<Material> {
  const known = new Set(works.map(({ id }) => id));
  const { duels } = await duelsFile(home).read();
  return {
    ratings: works.flatMap(({ id, rating }) => (rating === undefined ? [] : [{ id, rating }])),
    // Duels of deleted works do not count.
    duels: duels.filter(({ winner, loser }) => known.has(winner) && known.has(loser)),
  };
}

function sourceOf(given: string | undefined, { ratings, duels }: Material): 'ratings' | 'duels' {
  const source = given ?? (duels.length > ratings.length ? 'duels' : 'ratings');
  const count = source === 'duels' ? duels.length : ratings.length;
  if (count >= fewest) return source as 'ratings' | 'duels';
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `taste train: expected at least ${fewest} ${source}, got ${count} (${counted(ratings.length, 'rating')} and ${counted(duels.length, 'duel')} in all). Give some with ai-artist rate or ai-artist duel`,
  );
}

function train(
  source: 'ratings' | 'duels',
  { ratings, duels }: Material,
  embedded: readonly EmbeddedWork[],
  options: { ridge?: number; model: string },
) {
  const vectors = new Map(embedded.map(({ work, embedding }) => [work.id, embedding]));
  if (source === 'ratings')
    return trainRatings(
      ratings.flatMap(({ id, rating }) => {
        const embedding = vectors.get(id);
        return embedding ? [{ embedding, rating }] : [];
      }),
      options,
    );
  return trainDuels(
    duels.flatMap((duel) => {
      const [winner, loser] = [vectors.get(duel.winner), vectors.get(duel.loser)];
      return winner && loser ? [{ winner, loser }] : [];
    }),
    options,
  );
}

export interface TrainTasteOptions extends EmbedWorksOptions {
  /** Home folder: duels are read from it, and the taste is written into it. */
  home: string;
  gallery: Gallery;
  /** Source to learn from. Default: the one with more entries. */
  from?: 'ratings' | 'duels' | undefined;
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
  ridge,
  clip: model,
  ...options
}: TrainTasteOptions): Promise<{ path: string; head: TasteHead }> {
  const works = await worksOf(gallery, '', mostWorks, options.warn);
  const material = await collect(works, home);
  const source = sourceOf(from, material);
  const needed = new Set(
    source === 'ratings' ? material.ratings.map(({ id }) => id) : material.duels.flatMap(({ winner, loser }) => [winner, loser]),
  );
  const clip = await loadClip({ ...(model !== undefined && { model }), signal: options.signal });
  let head: TasteHead;
  try {
    const embedded = await embedWorks(
      works.filter(({ id }) => needed.has(id)),
      clip,
      options,
    );
    head = train(source, material, embedded, { model: clip.info.name, ...(ridge !== undefined && { ridge }) });
  } finally {
    await clip.dispose();
  }
  const path = homeOf(home).taste;
  await writeOutput(path, `${JSON.stringify(head)}\n`, { overwrite: true, record: true });
  return { path, head };
}
