import { configPath } from '../../lib/config/index.ts';
import { Gallery } from '../../lib/gallery/index.ts';
import type { Context } from './run.ts';

/** The gallery of this home. Throws what context.config() throws. */
export async function openGallery({ config, home }: Pick<Context, 'config' | 'home'>): Promise<Gallery> {
  const loaded = await config();
  return new Gallery({ folder: configPath(loaded.config.gallery.folder, home) });
}
