/**
 * The second door of this folder, for the folders beside it that run native jobs of their own (lib/clip, lib/train). Not part of the public API:
 * lib/index.ts exports lib/engine/index.ts only.
 */
import { engine } from '../addon.ts';
import { loadNative, type NativeLocalAddon } from '../native.ts';

export { addonFor } from '../addon.ts';
export { EventRun, type Work } from '../event-run.ts';
export { commonEvent, type LoadEvent, progressTypes } from '../events.ts';
export { CallSite, fromNative, runJob } from '../job.ts';
export { findModelFiles, type ModelFiles } from '../model-files.ts';
export type {
  NativeAddon,
  NativeClip,
  NativeClipInfo,
  NativeClipRequest,
  NativeClipTowerRequest,
  NativeEvent,
  NativeImage,
  NativeJob,
  NativeLocalAddon,
} from '../native.ts';
export type * from '../native-trainer.ts';
export { listener, maxSeed, path, signal } from '../options/fields.ts';
export { defined, tensorTypeRules } from '../request.ts';
export { RunningJobs } from '../running-jobs.ts';

/**
 * The addon in this process, which comes to rest when the process ends.
 *
 * @throws ArtistError ERR_NO_BINARY
 */
export function localEngine(): NativeLocalAddon {
  engine(); // asks it to come to rest at the exit
  return loadNative();
}
