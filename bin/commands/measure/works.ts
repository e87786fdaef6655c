import type { EmbeddedWork } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import type { Gallery } from '../../../lib/gallery/index.ts';
import { checkClipPath, clipDescription, openClip } from '../../flags/clip-flag.ts';
import { anyText, number, text } from '../../flags/flags.ts';
import { embedWorks, worksOf } from '../../print/works/looking.ts';
import type { Context } from '../../shell/run.ts';
import { openGallery } from '../../shell/settings.ts';

export const workFlags = {
  last: number('Use only this many newest works. Default: 1000'),
  clip: text(clipDescription),
} as const;

export const queryPositional = { query: anyText('Works to use, as in: ai-artist gallery search. Default: all') } as const;

/** Works of several queries with their embeddings by one CLIP. */
export async function embeddedWorks(
  queries: readonly string[],
  { last = 1000, clip: clipPath }: { last?: number | undefined; clip?: string | undefined },
  least: number,
  context: Context,
): Promise<{ lists: EmbeddedWork[][]; model: string; gallery: Gallery }> {
  if (!Number.isInteger(last) || last < least || last > 100_000)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--last: expected an integer ${least}..100000, got ${last}`);
  await checkClipPath(clipPath);
  const gallery = await openGallery(context);
  const found = await Promise.all(queries.map((query) => worksOf(gallery, query, last, context)));
  for (const [index, works] of found.entries())
    if (works.length < least)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${JSON.stringify(queries[index])}: expected at least ${least} works, got ${works.length}. Paint more with ai-artist create`,
      );
  const clip = await openClip(clipPath, context.signal);
  try {
    const lists: EmbeddedWork[][] = [];
    for (const works of found) lists.push(await embedWorks(works, clip, context));
    return { lists, model: clip.info.name, gallery };
  } finally {
    await clip.dispose();
  }
}
