import { engine } from './engine.ts';
import type { NativeDevice, NativeVersions } from './native-types.ts';

export type Device = NativeDevice;

/** Versions of what was compiled in, and how. */
export interface Versions extends NativeVersions {
  /** Instruction sets and features that the running kernels use, in the engine's words. */
  systemInfo: string;
  physicalCores: number;
}

/**
 * The devices that models can run on; their names go into `backend` of loadModel().
 *
 * @throws ArtistError ERR_NO_BINARY
 */
export function listDevices(): Device[] {
  return engine().listDevices();
}

/**
 * Versions of the addon, the engine and ggml, and the machine as the engine sees it.
 *
 * @throws ArtistError ERR_NO_BINARY
 */
export function versions(): Versions {
  const native = engine();
  return { ...native.versions(), systemInfo: native.systemInfo().trim(), physicalCores: native.physicalCores() };
}
