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
  /**
   * Operations of a picture, 10^12: of UNets a parabola in the pixels through what the engine counted at 64, 128 and 192; of transformers
   * those of their matrices and of attention, which agree with the counts at 64 and 128.
   */
  teraOperations: number;
}

/** A model of true size with random weights, which are written when they are first used. */
export function randomPaintTask(id: string, { family, teraOperations, ...settings }: RandomPainting): Task {
  const model = randomModels[family];
  const types = Object.values(model)
    .map(({ name }) => name)
    .join(', ');
  return paintTask(id, {
    model: { model: family, weights: `random: ${types}` },
    files: () => randomPaths(model),
    settings,
    needs: {
      // Counted when they are asked for: thousands of tensors, and most runs do not need them.
      weightBytes: () => modelBytes(model),
      memoryBytes: () => modelBytes(model) + settings.width * settings.height * bytesPerPixel,
      operations: teraOperations * 1e12,
      missing: () => missingBytes(model),
      provide: (options) => writeRandomModel(model, options),
    },
  });
}
