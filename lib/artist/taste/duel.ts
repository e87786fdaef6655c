/** Duels: chooses the pair of works to compare, and records the answer. */
import { loadClip } from '../../clip/index.ts';
import { ArtistError } from '../../core/index.ts';
import { duelsFile, instructivePair } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type EmbedWorksOptions, embedWorks, worksOf } from '../measure/embedded-works.ts';
import { checkTaste, readTaste, tastePath } from './taste-file.ts';

/** How many of the newest works a pair is chosen from. */
const field = 200;

export interface DuelPair {
  first: Artwork;
  second: Artwork;
  /** Probability that the first is preferred, by the taste so far, 0..1; undefined: the caller named the pair. */
  expected: number | undefined;
}

export interface ChooseDuelOptions extends EmbedWorksOptions {
  home: string;
  gallery: Gallery;
  /** CLIP that embeds the works: a file or folder. Default: the bundled one. */
  clip?: string | undefined;
  /** Pairs of ids that come last, as those of earlier duels do. */
  skipped?: readonly (readonly [string, string])[];
}

/**
 * Chooses the pair among the newest 200 works that teaches most: the outcome is most uncertain, and the pictures differ most.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when there are fewer than two works or the taste belongs to another CLIP; every error of loadClip()
 */
export async function chooseDuel({ home, gallery, clip: model, skipped = [], ...options }: ChooseDuelOptions): Promise<DuelPair> {
  const works = await worksOf(gallery, '', field, options.warn);
  if (works.length < 2)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `duel: expected at least 2 works in ${gallery.folder}, got ${works.length}. Paint some with ai-artist create`,
    );
  const [{ duels }, taste] = [await duelsFile(home).read(), await readTaste(tastePath(home), false)];
  const clip = await loadClip({ ...(model !== undefined && { model }), signal: options.signal });
  try {
    const embedded = await embedWorks(works, clip, options);
    if (taste) checkTaste(taste, clip);
    const pair = instructivePair(
      embedded.map(({ work, embedding }) => ({ id: work.id, embedding })),
      taste?.kind === 'taste' ? taste.head : undefined,
      [...duels.map(({ winner, loser }): [string, string] => [winner, loser]), ...skipped],
    );
    return { first: await gallery.get(pair.first.id), second: await gallery.get(pair.second.id), expected: pair.expected };
  } finally {
    await clip.dispose();
  }
}

/** Records that one work was preferred to another. Returns the number of duels so far. */
export async function recordDuel(home: string, winner: string, loser: string): Promise<number> {
  const { duels } = await duelsFile(home).update((state) => ({
    duels: [...state.duels, { winner, loser, at: new Date().toISOString() }],
  }));
  return duels.length;
}

/** Takes back the newest duel that `winner` won against `loser`. Returns the number of duels left; undefined: there is none of these two. */
export async function takeBackDuel(home: string, winner: string, loser: string): Promise<number | undefined> {
  let isFound = false;
  const { duels } = await duelsFile(home).update(({ duels }) => {
    const at = duels.findLastIndex((one) => one.winner === winner && one.loser === loser);
    isFound = at >= 0;
    return { duels: isFound ? duels.toSpliced(at, 1) : duels };
  });
  return isFound ? duels.length : undefined;
}
