import { type Artist, createArtist, encodingOf } from '../../lib/artist/index.ts';
import { configPath } from '../../lib/config/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import type { Context } from './run.ts';

/** The gallery of this home. @throws every error of context.config() */
export async function openGallery({ config, home }: Pick<Context, 'config' | 'home'>): Promise<Gallery> {
  const loaded = await config();
  return new Gallery({ folder: configPath(loaded.config.gallery.folder, home), encode: encodingOf(loaded) });
}

/** An artist with the settings of this command line. `keepMs` 0: frees each model as soon as it has done its part. */
export async function openArtist(
  { home, config, warn, note }: Pick<Context, 'home' | 'config' | 'warn' | 'note'>,
  keepMs?: number,
): Promise<Artist> {
  return createArtist({ home, config: await config(), keepMs, onWarning: warn, onNote: note });
}
