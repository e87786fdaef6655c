import type { NativeAddon } from '../addon/native.ts';
import { makeIsolatedAddon } from './isolated-addon.ts';
import { IsolatedEngine } from './isolated-engine.ts';

let engine: IsolatedEngine | undefined;
let addon: Promise<NativeAddon> | undefined;

/**
 * Returns the addon in a child process, with the same interface as the real one; this process never loads the .node file.
 * All isolated work of this thread shares one child. It starts here; after a crash, the next job starts a new one and loads models again.
 *
 * @throws ArtistError ERR_NO_BINARY when the child cannot load the addon; ERR_NATIVE_CRASH when it dies during its start
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

/** Process id of the child, so that it can be watched or limited from outside; undefined while there is none. */
export function isolatedProcessId(): number | undefined {
  return engine?.process?.pid;
}
