import { engine } from './engine.ts';
import type { NativeDevice, NativeVersions } from './native-types.ts';

export type Device = NativeDevice;

/** Versions and build settings of the compiled parts. */
export interface Versions extends NativeVersions {
  /** Instruction sets and features that the running kernels use, as the engine reports them. */
  systemInfo: string;
  physicalCores: number;
}

/**
 * Lists the devices that models can run on. Their names are the values of `backend` in loadModel().
 *
 * @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded
 */
export function listDevices(): Device[] {
  return engine().listDevices();
}

/**
 * Returns the versions of the addon, the engine and ggml, and the engine's view of the machine.
 *
 * @throws ArtistError ERR_NO_BINARY when the addon cannot be loaded
 */
export function versions(): Versions {
  const native = engine();
  return { ...native.versions(), systemInfo: native.systemInfo().trim(), physicalCores: native.physicalCores() };
}
