import { loadNative, type NativeAddon, type NativeLocalAddon } from './native.ts';

/** Longest wait for the engine thread at process exit, milliseconds. Enough for one step of a large model on a CPU. */
const exitWait = 3000;

let hooked: NativeAddon | undefined;

/**
 * Returns the compiled addon, loading it at the first call. Also stops the engine thread when the process exits: `process.exit()` runs
 * static destructors before any native cleanup hook, and a thread that still computes then would crash.
 *
 * @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded
 */
export function engine(): NativeAddon {
  const native = loadNative();
  if (hooked !== native) {
    hooked = native;
    process.once('exit', () => {
      native.shutdown(exitWait);
    });
  }
  return native;
}

/**
 * Returns the addon of this process, including training. Its engine thread is stopped when the process exits.
 *
 * @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded
 */
export function localEngine(): NativeLocalAddon {
  engine(); // registers the exit handler
  return loadNative();
}

/** Returns the engine of this process, or with `isolate` one in a child process, so that a crash does not end this process. */
export async function addonFor(isolate: boolean): Promise<NativeAddon> {
  if (!isolate) return engine();
  // It needs node:child_process and node:net, whose loading costs milliseconds.
  const { isolatedAddon } = await import('../isolation/isolated.ts');
  return isolatedAddon();
}
