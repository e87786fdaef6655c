import type { LoadedConfig } from '../config/index.ts';
import type { Clock } from '../core/index.ts';
import type { Gallery } from '../gallery/index.ts';
import type { Hooks } from '../hooks/index.ts';
import type { Studio } from './models/models-in-use.ts';

/** What all parts of an artist share. Made once, by createArtist(). */
export interface Workplace {
  /** Absolute path. */
  readonly home: string;
  readonly config: LoadedConfig;
  readonly gallery: Gallery;
  readonly studio: Studio;
  /** Path of the CLIP that scores works; undefined: the bundled one. */
  readonly clip: string | undefined;
  /** What is called after works, failures and periods. */
  readonly hooks: Hooks;
  readonly warn: (line: string) => void;
  /** Default: the system clock. */
  readonly clock?: Clock | undefined;
  /** Default: the global fetch(). */
  readonly fetch?: typeof globalThis.fetch | undefined;
}
