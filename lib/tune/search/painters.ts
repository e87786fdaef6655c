/** Paints the same few pictures with whatever settings. */
import { freemem } from 'node:os';
import { loadModel, type Model } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { ResolvedTune } from '../options.ts';
import type { TunedSettings } from '../settings.ts';

/** What is painted, each with its own seed. */
export const prompts = ['a red fox in the snow', 'a lighthouse on a cliff at dusk', 'a bowl of oranges on a blue table'];
const firstSeed = 7;

/** Two models are kept loaded if this many times their weights are free. */
const roomFor = 2.5;

export interface Painted {
  image: ArtImage;
  /** Of generate(): text encoding, sampling, decoding. */
  seconds: number;
}

export class Painters {
  readonly #asked: ResolvedTune;
  readonly #signal: AbortSignal;
  /** By the options of loadModel(), the last used one last. */
  readonly #models = new Map<string, Model>();

  constructor(asked: ResolvedTune, signal: AbortSignal) {
    this.#asked = asked;
    this.#signal = signal;
  }

  /** @param at which of `prompts`. @throws ArtistError every error of loadModel() and generate(); the signal's reason */
  async paint(settings: TunedSettings, at: number): Promise<Painted> {
    const model = await this.load(settings);
    const start = performance.now();
    const { images } = await model.generate(this.#optionsOf(settings, at));
    return { image: images[0], seconds: (performance.now() - start) / 1000 };
  }

  /** @throws ArtistError every error of loadModel() and generate(); the signal's reason */
  async load({ load }: TunedSettings): Promise<Model> {
    const key = JSON.stringify(load);
    const known = this.#models.get(key);
    this.#models.delete(key);
    const model = known ?? (await this.#loadNew(load));
    this.#models.set(key, model);
    return model;
  }

  async dispose(): Promise<void> {
    const models = [...this.#models.values()];
    this.#models.clear();
    for (const model of models) await model.dispose();
  }

  async #loadNew(load: TunedSettings['load']): Promise<Model> {
    await this.#makeRoom();
    const { onProgress: _, signal: __, home: ___, isolate: ____, ...fixed } = this.#asked.load ?? { isolate: true };
    const model = await loadModel({ ...fixed, ...load, home: this.#asked.home, isolate: true, signal: this.#signal });
    try {
      // The first picture allocates buffers and wakes threads.
      await model.generate({ ...this.#optionsOf({ load, paint: {} }, 0), steps: 2 });
    } catch (error) {
      await model.dispose();
      throw error;
    }
    return model;
  }

  /** Frees the model that was used longest ago, and the last one too if memory is short. */
  async #makeRoom(): Promise<void> {
    for (const [key, model] of this.#models) {
      if (this.#models.size < 2 && freemem() > roomFor * model.info.weightBytes) return;
      this.#models.delete(key);
      await model.dispose();
    }
  }

  #optionsOf({ paint }: TunedSettings, at: number) {
    const { width, height, steps } = this.#asked;
    const [prompt = '', seed] = [prompts[at], firstSeed + at];
    return { ...paint, prompt, seed, width, height, steps, signal: this.#signal };
  }
}
