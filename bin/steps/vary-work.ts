import { type VaryOptions, varyWork } from '../../lib/artist/index.ts';
import { watchWork } from '../print/progress.ts';
import { filedOutcome } from '../print/works/filed-works.ts';
import type { Context, Outcome } from '../shell/run.ts';
import { openArtist } from '../shell/settings.ts';

/** The work of the commands `vary` and `inpaint`. */
export async function varyFiledWork(id: string, options: VaryOptions, context: Context): Promise<Outcome> {
  const shown = watchWork(context);
  const artist = await openArtist(context);
  try {
    return filedOutcome(await varyWork(artist, id, { ...options, signal: context.signal, onProgress: (event) => shown.on(event) }));
  } finally {
    shown.stop();
    await artist.dispose();
  }
}
