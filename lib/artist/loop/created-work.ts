import type { Ledger } from '../../curation/index.ts';
import type { Artwork } from '../../gallery/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { TunedUse } from '../../tune/index.ts';
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
  /** The work in the gallery; undefined with `gallery: false` or when `confirm` returned false. For a task that is already filed: the existing work. */
  work: Artwork | undefined;
  /** false: not filed, because of `gallery: false`, because `confirm` returned false, or because `work` already had this picture. */
  filed: boolean;
  image: ArtImage;
  /** A few words that none of the last 200 works has as its title. */
  title: string;
  /** Alternative text: a description for people who cannot see the picture; empty if the prompt was. */
  altText: string;
  prompt: string;
  /** given: by the caller; chosen: by the artist. */
  promptSource: 'given' | 'chosen';
  /** How the prompt came about. */
  derivation: Record<string, unknown>;
  seed: number;
  candidates: readonly Candidate[];
  /** How the candidates were ranked. */
  ledger: Ledger;
  /** Name of the CLIP model that scored the candidates; undefined: they were not scored. */
  scorer: string | undefined;
  model: { name: string; family: string };
  device: string;
  /** Settings of `ai-artist tune` that it was painted with, by the names of the options; null: none. */
  tuned: TunedUse;
  /** Enlargement factor: final width divided by painted width. */
  upscaled: number;
  seconds: Times;
  /** Warnings of the engine, and failures after the work was filed. */
  warnings: readonly string[];
}

/** A work that is in the gallery. */
export interface FiledWork extends CreatedWork {
  work: Artwork;
}
