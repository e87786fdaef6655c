/** Sample strips: the same prompts and seeds, painted with the LoRA of a step by the engine that will use it later. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defined } from '../../core/index.ts';
import { type GenerateOptions, type LoadModelOptions, loadModel, type Model } from '../../engine/index.ts';
import type { ArtImage } from '../../image/index.ts';
import type { ResolvedTrainLora } from '../settings/options.ts';
import type { TrainEvent } from './events.ts';

export interface SampleSettings {
  prompts: readonly string[];
  seed: number;
  steps: number | undefined;
  cfgScale: number | undefined;
}

/** Loads the model that is trained for, to paint with. */
export function openPainter(options: ResolvedTrainLora, signal: AbortSignal): Promise<Model> {
  const { model, diffusionModel, clipL, clipG, t5xxl, llm, vae, tae, home } = options;
  const { threads, weightType, tensorTypeRules, prediction, backend, paramsBackend } = options;
  const request = {
    model,
    diffusionModel,
    clipL,
    clipG,
    t5xxl,
    llm,
    vae,
    tae,
    home,
    threads,
    weightType,
    tensorTypeRules,
    prediction,
    backend,
    paramsBackend,
  };
  return loadModel({
    ...(defined(request) as LoadModelOptions),
    signal,
  });
}

/**
 * Paints a strip and saves it as samples/step-000120-1.png …
 *
 * @param writeLora writes the current LoRA to a path; undefined: paint without a LoRA
 * @throws ArtistError every error of loadModel() and Model.generate(); ERR_DISK_FULL, ERR_WRITE when a file cannot be written
 */
export async function paintStrip(
  options: ResolvedTrainLora,
  { prompts, seed, steps, cfgScale }: SampleSettings,
  {
    folder,
    step,
    writeLora,
    signal,
    emit,
  }: {
    folder: string;
    step: number;
    writeLora: ((path: string) => Promise<unknown>) | undefined;
    signal: AbortSignal;
    emit: (event: TrainEvent) => void;
  },
): Promise<{ images: ArtImage[]; files: string[] }> {
  const file = join(folder, '.painting.safetensors');
  const painter = await openPainter(options, signal);
  try {
    await writeLora?.(file);
    const images: ArtImage[] = [];
    const files: string[] = [];
    for (const [at, prompt] of prompts.entries()) {
      emit({ type: 'paint', done: at, total: prompts.length });
      const request: GenerateOptions = {
        prompt,
        seed: seed + at,
        ...(steps !== undefined && { steps }),
        ...(cfgScale !== undefined && { cfgScale }),
        ...(writeLora && { loras: [{ path: file }] }),
        signal,
      };
      const image = (await painter.generate(request)).images[0] as ArtImage;
      const name = join(folder, `step-${String(step).padStart(6, '0')}-${at + 1}.png`);
      await image.save(name, { overwrite: true });
      images.push(image);
      files.push(name);
    }
    return { images, files };
  } finally {
    await painter.dispose();
    await rm(file, { force: true });
  }
}
