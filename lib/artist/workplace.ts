import type { LoadedConfig } from '../config/index.ts';
import type { Clock } from '../core/index.ts';
import type { Gallery } from '../gallery/index.ts';
import type { Studio } from './models/models-in-use.ts';

/** What everything that an artist does shares: made once, by createArtist(). */
export interface Workplace {
  /** Absolute. */
  readonly home: string;
  readonly config: LoadedConfig;
  readonly gallery: Gallery;
  readonly studio: Studio;
  /** CLIP that looks at works; undefined: the bundled one. */
  readonly clip: string | undefined;
  readonly warn: (line: string) => void;
  /** Default: the clock of the system. */
  readonly clock?: Clock | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}
