import { type Artist, createArtist } from '../../lib/artist/index.ts';
import { configPath } from '../../lib/config/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import type { Context } from './run.ts';

/** The gallery of this home. Throws what context.config() throws. */
export async function openGallery({ config, home }: Pick<Context, 'config' | 'home'>): Promise<Gallery> {
  const loaded = await config();
  return new Gallery({ folder: configPath(loaded.config.gallery.folder, home) });
}

/** An artist with the settings of this command line. `keepMs` 0: models are freed as soon as they have done their part. */
export async function openArtist({ home, config, warn }: Pick<Context, 'home' | 'config' | 'warn'>, keepMs?: number): Promise<Artist> {
  return createArtist({ home, config: await config(), keepMs, onWarning: warn });
}
