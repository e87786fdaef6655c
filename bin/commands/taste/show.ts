import { readTaste, tastePath } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import type { TasteHead } from '../../../lib/curation/index.ts';
import { metricLines } from '../../print/works/taste-lines.ts';
import { command } from '../../shell/command.ts';

/** The owner's taste. @throws ArtistError ERR_NOT_FOUND, and every error of readTaste() */
export async function ownTaste(home: string): Promise<{ path: string; head: TasteHead }> {
  const path = tastePath(home);
  const taste = await readTaste(path, false);
  if (taste?.kind !== 'taste') throw new ArtistError('ERR_NOT_FOUND', `${path}: there is no taste yet. See: ai-artist taste train`);
  return { path, head: taste.head };
}

export const tasteShowCommand = command({
  examples: [['$0 taste show', 'Number of ratings or duels, and how reliable it is']],
  run: async (_, { home }) => {
    const { path, head } = await ownTaste(home);
    const { weights, ...about } = head;
    return { json: { path, ...about, dimensions: weights.length }, text: metricLines(head) };
  },
});
