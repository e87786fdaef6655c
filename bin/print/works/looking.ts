import { type EmbeddedWork, embedWorks as embed, worksOf as list } from '../../../lib/artist/index.ts';
import type { Clip } from '../../../lib/clip/index.ts';
import type { Artwork, Gallery } from '../../../lib/gallery/index.ts';
import type { Context } from '../../shell/run.ts';
import { withProgress } from '../progress.ts';

/** Works of a query, newest first, at most `limit`; warns about unreadable records. */
export function worksOf(gallery: Gallery, query: string, limit: number, { warn }: Context): Promise<Artwork[]> {
  return list(gallery, query, limit, warn);
}

/** Embeddings from the ledger or computed now, with progress; skips works without a readable picture, with a warning. */
export function embedWorks(works: readonly Artwork[], clip: Clip, context: Context): Promise<EmbeddedWork[]> {
  const { signal, warn } = context;
  return withProgress(context, 'looking', (onProgress) => embed(works, clip, { signal, warn, onProgress }));
}
