/** Two works side by side: which pair is asked about, and what was answered. */
import { loadClip } from '../../clip/index.ts';
import { ArtistError } from '../../core/index.ts';
import { duelsFile, instructivePair } from '../../curation/index.ts';
import type { Artwork, Gallery } from '../../gallery/index.ts';
import { type EmbedWorksOptions, embedWorks, worksOf } from '../measure/embedded-works.ts';
import { checkTaste, readTaste, tastePath } from './taste-file.ts';

/** The newest works among which a pair is looked for. */
const field = 200;

export interface DuelPair {
  first: Artwork;
  second: Artwork;
  /** How likely the taste so far thinks that the first is preferred, 0..1; undefined: the pair was named. */
  expected: number | undefined;
}

export interface ChooseDuelOptions extends EmbedWorksOptions {
  home: string;
  gallery: Gallery;
  /** CLIP that looks at the works: a file or folder. Default: the bundled one. */
  clip?: string | undefined;
}

/**
 * The two of the newest 200 works whose duel teaches most: its outcome is least known, and the pictures differ most.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than two works, or a taste of another CLIP; and every error of loadClip()
 */
export async function chooseDuel({ home, gallery, clip: model, ...options }: ChooseDuelOptions): Promise<DuelPair> {
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
      duels.map(({ winner, loser }) => [winner, loser]),
    );
    return { first: await gallery.get(pair.first.id), second: await gallery.get(pair.second.id), expected: pair.expected };
  } finally {
    await clip.dispose();
  }
}

/** Writes down that one work was preferred to another. Returns how many duels there are. */
export async function recordDuel(home: string, winner: string, loser: string): Promise<number> {
  const { duels } = await duelsFile(home).update((state) => ({
    duels: [...state.duels, { winner, loser, at: new Date().toISOString() }],
  }));
  return duels.length;
}
