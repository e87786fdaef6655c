import { checkClipPath as checkPath } from '../../lib/artist/index.ts';
import { type Clip, loadClip } from '../../lib/clip/index.ts';

/** The option of create and score. */
export const clipDescription =
  'CLIP that scores: a file or folder of your own. Default: the bundled one, for pictures of the bundled painter';

export function openClip(path: string | undefined, signal: AbortSignal): Promise<Clip> {
  return loadClip({ ...(path !== undefined && { model: path }), signal });
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND: a mistyped name is told before minutes of painting */
export function checkClipPath(path: string | undefined): Promise<void> {
  return checkPath(path, '--clip');
}
