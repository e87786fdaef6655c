import type { NativeAddon } from '../addon/native.ts';
import { makeIsolatedAddon } from './isolated-addon.ts';
import { IsolatedEngine } from './isolated-engine.ts';

let engine: IsolatedEngine | undefined;
let addon: Promise<NativeAddon> | undefined;

/**
 * The addon in a child process, behind the same contract as the real one; this process never loads the .node file.
 * There is one child for all isolated work of this thread. It starts here; after it died, with the next job. Models are loaded again then.
 *
 * @throws ArtistError ERR_NO_BINARY when the child cannot load the addon, ERR_NATIVE_CRASH when it dies while it starts
 */
export function isolatedAddon(): Promise<NativeAddon> {
  engine ??= new IsolatedEngine();
  const living = engine;
  addon ??= living
    .current()
    .ready.then((facts) => makeIsolatedAddon(living, facts))
    .catch((error: unknown) => {
      addon = undefined; // the next call tries again
      throw error;
    });
  return addon;
}

/** Process id of the child, to watch or limit it from outside; undefined while none lives. */
export function isolatedProcessId(): number | undefined {
  return engine?.process?.pid;
}
