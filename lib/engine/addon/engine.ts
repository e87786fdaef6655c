import { loadNative, type NativeAddon, type NativeLocalAddon } from './native.ts';

/** Longest wait for the engine thread when the process ends, milliseconds. A step of a large model on a CPU stops within it. */
const exitWait = 3000;

let hooked: NativeAddon | undefined;

/**
 * The compiled addon, loaded at the first use. Also asks it to come to rest when the process ends: `process.exit()` runs no native
 * cleanup hook before static destructors, and a thread that still computes then would crash the exit.
 *
 * @throws ArtistError ERR_NO_BINARY
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
 * The addon in this process, which comes to rest when the process ends.
 *
 * @throws ArtistError ERR_NO_BINARY
 */
export function localEngine(): NativeLocalAddon {
  engine(); // asks it to come to rest at the exit
  return loadNative();
}

/** The engine in this process, or in a child process whose death this one survives. */
export async function addonFor(isolate: boolean): Promise<NativeAddon> {
  if (!isolate) return engine();
  const { isolatedAddon } = await import('../isolation/isolated.ts');
  return isolatedAddon();
}
