import { checkClipPath as checkPath } from '../../lib/artist/index.ts';
import { type Clip, loadClip } from '../../lib/clip/index.ts';

/** Description of --clip, shared by every command that has it. */
export const clipDescription =
  "CLIP for scoring: your own file or folder. Default: the bundled one, which knows only the bundled painter's pictures";

export function openClip(path: string | undefined, signal: AbortSignal): Promise<Clip> {
  return loadClip({ ...(path !== undefined && { model: path }), signal });
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND, so that a mistyped path fails before minutes of painting */
export function checkClipPath(path: string | undefined): Promise<void> {
  return checkPath(path, '--clip');
}
