/** Paints through the engine and keeps the pictures, so that an interrupted evaluation continues where it stopped. */
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeImage, type RawImage } from '../../lib/image/index.ts';
import { ArtImage, loadModel, type Sampler, type Scheduler } from '../../lib/index.ts';
import type { Bundle } from './bundle.ts';

export interface Settings {
  steps: number;
  cfgScale: number;
  sampler: Sampler;
  scheduler: Scheduler;
}

type Model = Awaited<ReturnType<typeof loadModel>>;

export class Painter {
  readonly settings: Settings;
  /** Seconds of each picture painted in this run, by number of steps. */
  readonly seconds = new Map<number, number[]>();
  loadSeconds: number | undefined;
  readonly #bundle: Bundle;
  readonly #size: { width: number; height: number };
  readonly #folder: string;
  readonly #threads: number;
  #model: Model | undefined;

  /** @param folder folder for the pictures, with one subfolder per model */
  constructor(bundle: Bundle, folder: string, threads: number, changed: Partial<Settings>) {
    this.#bundle = bundle;
    this.#folder = join(folder, createHash('sha256').update(bundle.weights).digest('hex').slice(0, 12));
    this.#threads = threads;
    const { width = 128, height = 128, steps = 20, cfgScale = 5, sampler = 'euler', scheduler = 'discrete' } = bundle.defaults;
    this.#size = { width, height };
    this.settings = { steps, cfgScale, sampler, scheduler, ...changed };
  }

  async paint(prompt: string, seed: number, changed: Partial<Settings> = {}): Promise<RawImage> {
    const settings = { ...this.settings, ...changed };
    const { steps, cfgScale, sampler, scheduler } = settings;
    const key = createHash('sha256')
      .update(JSON.stringify([prompt, seed, steps, cfgScale, sampler, scheduler]))
      .digest('hex');
    return this.#kept(key.slice(0, 20), async (model) => {
      const started = performance.now();
      const { images } = await model.generate({ prompt, seed, ...this.#size, ...settings });
      const list = this.seconds.get(steps) ?? [];
      list.push((performance.now() - started) / 1000);
      this.seconds.set(steps, list);
      return images[0];
    });
  }

  /** Encodes and decodes a picture with the autoencoder, without sampling. */
  async encodeAndDecode(image: RawImage): Promise<RawImage> {
    const key = createHash('sha256').update(image.data).digest('hex').slice(0, 20);
    return this.#kept(`tae-${key}`, async (model) => {
      const { images } = await model.generate({ ...this.#size, prompt: '', seed: 1, initImage: image, denoisingStrength: 0, steps: 2 });
      return images[0];
    });
  }

  async #kept(name: string, make: (model: Model) => Promise<ArtImage | undefined>): Promise<RawImage> {
    const file = join(this.#folder, `${name}.png`);
    const kept = await readFile(file).catch(() => undefined);
    if (kept) return decodeImage(kept);
    this.#model ??= await this.#load();
    const image = await make(this.#model);
    if (!image) throw new Error(`${name}: the engine gave no picture`);
    await mkdir(this.#folder, { recursive: true });
    await new ArtImage(image).save(file);
    return image;
  }

  async #load(): Promise<Model> {
    const started = performance.now();
    const { model, tae, weightType } = this.#bundle;
    const loaded = await loadModel({ model, tae, weightType, threads: this.#threads });
    this.loadSeconds = (performance.now() - started) / 1000;
    return loaded;
  }

  async dispose(): Promise<void> {
    await this.#model?.dispose();
    this.#model = undefined;
  }
}
