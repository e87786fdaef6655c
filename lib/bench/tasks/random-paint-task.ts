import { type RandomFamily, randomModels } from '../weights/families.ts';
import { missingBytes, modelBytes, randomPaths, writeRandomModel } from '../weights/store.ts';
import { type PaintSettings, paintTask } from './paint-task.ts';
import type { Task } from './task.ts';

/**
 * Memory of the largest buffers, those of the autoencoder, for a pixel: measured with the engine, where convolutions write their inputs out
 * (im2col), as on GPUs.
 */
const bytesPerPixel = 6800;

export interface RandomPainting extends PaintSettings {
  family: RandomFamily;
  /** Operations of a picture as the engine counts them: measured at 128, 192 and 256 pixels, and a parabola in the pixels through them. */
  teraOperations: number;
}

/** A model of true size with random weights, which are written when they are first used. */
export function randomPaintTask(id: string, { family, teraOperations, ...settings }: RandomPainting): Task {
  const model = randomModels[family];
  const types = Object.values(model)
    .map(({ name }) => name)
    .join(', ');
  const weightBytes = modelBytes(model);
  return paintTask(id, {
    model: { model: family, weights: `random: ${types}` },
    files: () => randomPaths(model),
    settings,
    needs: {
      weightBytes,
      memoryBytes: weightBytes + settings.width * settings.height * bytesPerPixel,
      operations: teraOperations * 1e12,
      missing: () => missingBytes(model),
      provide: (options) => writeRandomModel(model, options),
    },
  });
}
