import { type RandomFamily, randomModels } from '../weights/families.ts';
import { modelBytes } from '../weights/store.ts';
import { type PaintSettings, paintTask } from './paint-task.ts';
import { randomModel, randomNeeds } from './random-model.ts';
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
  return paintTask(id, {
    ...randomModel(family),
    settings,
    needs: randomNeeds(model, {
      operations: teraOperations * 1e12,
      memoryBytes: () => modelBytes(model) + settings.width * settings.height * bytesPerPixel,
    }),
  });
}
