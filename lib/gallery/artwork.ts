import type { Sidecar } from './store/sidecar.ts';

/** A work: what its sidecar says, and where its files are. */
export interface Artwork extends Sidecar {
  /** Absolute path of the picture. */
  readonly path: string;
  readonly sidecarPath: string;
}
