/** Compares pictures with those of the defaults. */
import { type Clip, type Embedding, loadClip, similarity } from '../../clip/index.ts';
import { type ArtImage, pixelDifference } from '../../image/index.ts';
import { bundledName } from '../../models/index.ts';
import { prompts } from './painters.ts';

/** How much the mean similarity of pictures and prompts may fall. */
export const mostClipLoss = 0.01;

/** The pictures of some settings; some may be missing. */
export type Pictures = readonly (ArtImage | undefined)[];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export interface Likeness {
  /** Of the picture that differs most, dB; null: all are exact. */
  psnr: number | null;
  /** Whether it is at least the bound. */
  isAlike: boolean;
}

/** @param least PSNR, dB */
export function likeness(pictures: Pictures, defaults: Pictures, least: number): Likeness {
  let worst = Number.POSITIVE_INFINITY;
  for (const [at, picture] of pictures.entries()) {
    const other = defaults[at];
    if (!picture || !other) continue;
    const difference = pixelDifference(picture, other);
    worst = Math.min(worst, !difference ? 0 : difference.exact ? Number.POSITIVE_INFINITY : (difference.psnr ?? 0));
  }
  return { psnr: Number.isFinite(worst) ? worst : null, isAlike: worst >= least };
}

/** Scores pictures by how well they fit their prompts. */
export class ClipJudge {
  readonly #clip: Clip;
  readonly #texts: readonly Embedding[];
  readonly #signal: AbortSignal;

  private constructor(clip: Clip, texts: readonly Embedding[], signal: AbortSignal) {
    this.#clip = clip;
    this.#texts = texts;
    this.#signal = signal;
  }

  /**
   * @param given path of a CLIP; undefined: the bundled one, which knows only the pictures of the bundled painter
   * @returns undefined: there is none for this painter
   * @throws ArtistError every error of loadClip()
   */
  static async open(given: string | undefined, painter: string, signal: AbortSignal): Promise<ClipJudge | undefined> {
    if (given === undefined && painter !== bundledName) return undefined;
    const clip = await loadClip({ ...(given !== undefined && { model: given }), isolate: true, signal });
    try {
      return new ClipJudge(clip, await clip.embedTexts(prompts, { signal }), signal);
    } catch (error) {
      await clip.dispose();
      throw error;
    }
  }

  /** Mean cosine of the pictures and their prompts, of the defaults and of these, both over those that are there. @throws every error of embedImages() */
  async compare(pictures: Pictures, defaults: Pictures): Promise<{ before: number; after: number }> {
    const same = defaults.map((picture, at) => (pictures[at] ? picture : undefined));
    return { before: await this.#score(same), after: await this.#score(pictures) };
  }

  async #score(pictures: Pictures): Promise<number> {
    const there = pictures.flatMap((picture, at) => (picture ? [{ picture, at }] : []));
    const embeddings = await this.#clip.embedImages(
      there.map(({ picture }) => picture),
      { signal: this.#signal },
    );
    return mean(embeddings.map((embedding, index) => similarity(embedding, this.#texts[there[index]?.at ?? 0] ?? embedding)));
  }

  dispose(): Promise<void> {
    return this.#clip.dispose();
  }
}
