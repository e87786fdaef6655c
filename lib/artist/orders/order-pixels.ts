import type { LoadedConfig } from '../../config/index.ts';
import { paintedPixels } from '../../engine/index.ts';
import { mostCandidates } from '../loop/candidates.ts';
import type { CreateOptions } from '../loop/create-options.ts';
import { settle } from '../loop/settle.ts';

/**
 * Pixels of the candidates that create() would paint for these options, over the settings. `auto` counts as the most that it may paint.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when an option is invalid; ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_READ when the model cannot be read
 */
export async function candidatePixels(options: CreateOptions, loaded: LoadedConfig): Promise<number> {
  const { wishes, paint } = settle(options, loaded);
  const { model, candidates = 1 } = wishes;
  const one = await paintedPixels({ home: loaded.home, ...(model !== undefined && { model }) }, { ...paint, prompt: 'x' });
  return one * (candidates === 'auto' ? mostCandidates : candidates);
}
