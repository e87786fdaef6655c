/**
 * The second door of this folder, for the folders beside it that run native jobs of their own (lib/clip). Not part of the public API:
 * lib/index.ts exports lib/engine/index.ts only.
 */
export { addonFor } from '../addon.ts';
export { commonEvent, type LoadEvent } from '../events.ts';
export { CallSite, fromNative, runJob } from '../job.ts';
export type {
  NativeAddon,
  NativeClip,
  NativeClipInfo,
  NativeClipRequest,
  NativeClipTowerRequest,
  NativeEvent,
} from '../native.ts';
export { listener, path, signal } from '../options/fields.ts';
export { defined } from '../request.ts';
export { RunningJobs } from '../running-jobs.ts';
