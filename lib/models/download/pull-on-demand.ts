import { answering } from '../../core/index.ts';
import type { PulledModel, PullModelOptions } from './pull.ts';

/**
 * Downloads a model into `<home>/models`: an alias with all its parts, `hf:owner/repository[@revision]/path/file`, or an https address.
 * Interrupted downloads go on where they stopped, complete files are not fetched again. Every file is hashed and its header checked.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_GATED (with what to do), ERR_MODEL_NOT_FOUND, ERR_DOWNLOAD, ERR_NETWORK, ERR_CHECKSUM,
 *   ERR_DISK_FULL, ERR_LOCKED, ERR_WRITE; `signal.reason` when cancelled
 */
export const pullModel = answering('pullModel', async (spec: string, options: PullModelOptions): Promise<PulledModel> => {
  return (await import('./pull.ts')).pullModel(spec, options);
});
