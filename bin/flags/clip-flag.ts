import { checkClipPath as checkPath, createRows } from '../../lib/artist/index.ts';
import { type Clip, loadClip } from '../../lib/clip/index.ts';
import { helpLine } from '../../lib/engine/index.ts';

/** Description of --clip, shared by every command that has it. */
export const clipDescription = helpLine(createRows.clip);

export function openClip(path: string | undefined, signal: AbortSignal): Promise<Clip> {
  return loadClip({ ...(path !== undefined && { model: path }), signal });
}

/** @throws ArtistError ERR_MODEL_NOT_FOUND, so that a mistyped path fails before minutes of painting */
export function checkClipPath(path: string | undefined): Promise<void> {
  return checkPath(path, '--clip');
}
