import type { Ledger } from '../../curation/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { Candidate } from './candidates.ts';

/** Seconds by phase. */
export interface Times {
  load: number;
  paint: number;
  curate: number;
  upscale: number;
  total: number;
}

/** A work that was painted. */
export interface CreatedWork {
  /** As it is in the gallery; undefined with `gallery: false`, and where `confirm` said no. Of a task that is filed already, the work that was there. */
  work: Artwork | undefined;
  /** false: it was not filed, because of `gallery: false`, or because `work` was there and is this very picture. */
  filed: boolean;
  image: ArtImage;
  /** A few words that no work of the last 200 has. */
  title: string;
  /** What it shows, for those who cannot see it; empty where the prompt was. */
  altText: string;
  prompt: string;
  /** given: the prompt was. chosen: it was not. */
  promptSource: 'given' | 'chosen';
  /** How the prompt came about. */
  derivation: Record<string, unknown>;
  seed: number;
  candidates: readonly Candidate[];
  /** The books of the choice. */
  ledger: Ledger;
  /** Name of the CLIP model that scored; undefined: nothing did. */
  scorer: string | undefined;
  model: { name: string; family: string };
  device: string;
  /** How many times wider it is than it was painted. */
  upscaled: number;
  seconds: Times;
  /** What the engine noticed, and what failed after the work was filed. */
  warnings: readonly string[];
}

/** A work that is in the gallery. */
export interface FiledWork extends CreatedWork {
  work: Artwork;
}
