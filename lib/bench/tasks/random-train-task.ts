import { type RandomFamily, randomModels } from '../weights/families.ts';
import { randomModel, randomNeeds } from './random-model.ts';
import type { Task } from './task.ts';
import { type TrainSettings, trainTask } from './train-task.ts';

export interface RandomTraining extends TrainSettings {
  family: RandomFamily;
  /** Operations of a repeat as the engine counts them. */
  teraOperations: number;
  /** Of weights, activations and gradients together, as measured. */
  memoryBytes: number;
}

/** Training for a model of true size with random weights, which are written when they are first used. */
export function randomTrainTask(id: string, { family, teraOperations, memoryBytes, ...settings }: RandomTraining): Task {
  const model = randomModels[family];
  return trainTask(id, {
    ...randomModel(family),
    settings,
    needs: randomNeeds(model, { operations: teraOperations * 1e12, memoryBytes: () => memoryBytes }),
  });
}
