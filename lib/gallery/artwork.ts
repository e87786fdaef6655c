import type { Sidecar } from './store/sidecar.ts';

/** A work: what its sidecar says, and where its files are. */
export interface Artwork extends Sidecar {
  /** Of the picture, absolute. */
  readonly path: string;
  readonly sidecarPath: string;
}
