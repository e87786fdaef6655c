/** What tasks with random weights have in common. */
import type { PartRole } from '../../models/index.ts';
import { type RandomFamily, type RandomModel, randomModels } from '../weights/families.ts';
import { missingBytes, modelBytes, randomPaths, writeRandomModel } from '../weights/store.ts';
import type { Needs } from './task.ts';

/** Words for the recipe, and where the files are. */
export function randomModel(family: RandomFamily): {
  model: Readonly<Record<string, string>>;
  files: () => Partial<Record<PartRole, string>>;
} {
  const model = randomModels[family];
  const types = Object.values(model)
    .map(({ name }) => name)
    .join(', ');
  return { model: { model: family, weights: `random: ${types}` }, files: () => randomPaths(model) };
}

/** Its files are written when they are first used. */
export const randomNeeds = (model: RandomModel, own: Pick<Needs, 'operations' | 'memoryBytes'>): Needs => ({
  ...own,
  // Counted when they are asked for: thousands of tensors, and most runs do not need them.
  weightBytes: () => modelBytes(model),
  missing: () => missingBytes(model),
  provide: (options) => writeRandomModel(model, options),
});
