import { tastePath } from '../../../lib/artist/index.ts';
import { ArtistError, counted, writeOutput } from '../../../lib/core/index.ts';
import { duelsFile, type TasteHead, trainDuels, trainRatings } from '../../../lib/curation/index.ts';
import type { Artwork } from '../../../lib/gallery/index.ts';
import { choice, number, text } from '../../flags/flags.ts';
import { checkClipPath, clipDescription, openClip } from '../../scorer.ts';
import { command } from '../../shell/command.ts';
import type { Context } from '../../shell/run.ts';
import { openGallery } from '../../shell/settings.ts';
import { type EmbeddedWork, embedWorks, worksOf } from '../../work-embeddings.ts';

/** The newest works that are looked at. */
const mostWorks = 5000;
const fewest = 2;

/** How a head says what it was measured at. */
export function metricLines({ kind, n, metrics, model }: TasteHead): string[] {
  const value = (name: string): string => (metrics[name] ?? Number.NaN).toFixed(3);
  const scorer = model === undefined ? '' : ` for ${model}`;
  if (kind === 'duels')
    return [
      `taste from ${counted(n, 'duel')}${scorer}: decides ${((metrics['accuracy'] ?? 0) * 100).toFixed(0)} % of them as you did, log loss ${value('logLoss')}`,
      'measured on the duels themselves: with fewer duels than values of an embedding this flatters',
    ];
  const learnt = (metrics['looR2'] ?? 0) > 0;
  return [
    `taste from ${counted(n, 'rating')}${scorer}: explains ${value('r2')} of them, ${value('looR2')} of those left out (1: all, 0 or less: nothing was learnt)`,
    ...(learnt ? [] : ['nothing was learnt yet: rate more works, and more differently']),
  ];
}

interface Material {
  ratings: { id: string; rating: number }[];
  duels: { winner: string; loser: string }[];
}

async function collect(works: readonly Artwork[], home: string): Promise<Material> {
  const known = new Set(works.map(({ id }) => id));
  const { duels } = await duelsFile(home).read();
  return {
    ratings: works.flatMap(({ id, rating }) => (rating === undefined ? [] : [{ id, rating }])),
    // A work that was deleted takes its duels with it.
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

async function learn(
  from: string | undefined,
  ridge: number | undefined,
  clipPath: string | undefined,
  context: Context,
): Promise<TasteHead> {
  const works = await worksOf(await openGallery(context), '', mostWorks, context);
  const material = await collect(works, context.home);
  const source = sourceOf(from, material);
  const needed = new Set(
    source === 'ratings' ? material.ratings.map(({ id }) => id) : material.duels.flatMap(({ winner, loser }) => [winner, loser]),
  );
  const clip = await openClip(clipPath, context.signal);
  try {
    const embedded = await embedWorks(
      works.filter(({ id }) => needed.has(id)),
      clip,
      context,
    );
    return train(source, material, embedded, { model: clip.info.name, ...(ridge !== undefined && { ridge }) });
  } finally {
    await clip.dispose();
  }
}

export const tasteTrainCommand = command({
  flags: {
    from: choice('What to learn from. Default: what there is more of', ['ratings', 'duels'] as const),
    ridge: number('Strength of the pull towards no opinion, above 0; more with few examples. Default: 1'),
    clip: text(clipDescription),
  },
  examples: [
    ['$0 taste train', 'Writes taste.json in the home folder, which create then uses'],
    ['$0 taste train --from duels --ridge 3', 'From duels alone, more careful'],
  ],
  epilogue: 'In closed form, without a GPU, in less than a second: ridge regression on ratings, Bradley-Terry on duels.',
  run: async ({ from, ridge, clip }, context) => {
    await checkClipPath(clip);
    const head = await learn(from, ridge, clip, context);
    const path = tastePath(context.home);
    await writeOutput(path, `${JSON.stringify(head)}\n`, { overwrite: true, record: true });
    const { weights, ...about } = head;
    return { json: { path, ...about, dimensions: weights.length }, text: [path], notes: metricLines(head) };
  },
});
