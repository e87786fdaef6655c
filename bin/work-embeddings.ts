import { type EmbeddedWork, embedWorks as embed, worksOf as list } from '../lib/artist/index.ts';
import { type Clip, similarity } from '../lib/clip/index.ts';
import type { Artwork, Gallery } from '../lib/gallery/index.ts';
import { createProgress } from '../lib/observe/index.ts';
import { progressIsSilent } from './print/progress.ts';
import type { Context } from './shell/run.ts';

export type { EmbeddedWork };

/** Works of a query, newest first, at most `limit`; those whose record cannot be read are named. */
export function worksOf(gallery: Gallery, query: string, limit: number, { warn }: Context): Promise<Artwork[]> {
  return list(gallery, query, limit, warn);
}

/** From the ledger or by looking now, with progress; works without a readable picture are left out, with a warning. */
export async function embedWorks(works: readonly Artwork[], clip: Clip, context: Context): Promise<EmbeddedWork[]> {
  const { signal, warn } = context;
  const progress = createProgress({ silent: progressIsSilent(context) });
  try {
    return await embed(works, clip, { signal, warn, onProgress: (done, total) => progress.update('looking', done, total) });
  } finally {
    progress.end();
  }
}

/** The two of a list that are most alike; undefined: fewer than two. */
export function mostAlike(works: readonly EmbeddedWork[]): { ids: [string, string]; cosine: number } | undefined {
  let best: { ids: [string, string]; cosine: number } | undefined;
  for (const [index, a] of works.entries())
    for (const b of works.slice(index + 1)) {
      const cosine = similarity(a.embedding, b.embedding);
      if (!best || cosine > best.cosine) best = { ids: [a.work.id, b.work.id], cosine };
    }
  return best;
}
