import type { NativeTrainBatch, NativeTrainerInfo } from '../../engine/index.ts';
import type { TrainerSession } from './trainer-session.ts';

/** Every validation of every run uses this seed, so that runs over the same pictures can be compared. */
const validationSeed = 20_260_101;

/** Returns the middles of `levels` equal parts of the noise range: 125, 375, 625, 875 of 1000 for four. */
export function validationLevels(levels: number, objective: NativeTrainerInfo['objective']): number[] {
  return Array.from({ length: levels }, (_, at) => {
    const level = (at + 0.5) / levels;
    return objective === 'flow' ? level : Math.round(level * 1000);
  });
}

/** Mean loss of the held-out pictures, each time with the same noise and noise levels. */
export async function validationLoss(
  session: TrainerSession,
  batches: readonly NativeTrainBatch[],
  levels: number,
  { ema }: { ema: boolean },
): Promise<number> {
  const timesteps = validationLevels(levels, session.info.objective);
  let [sum, count] = [0, 0];
  for (const batch of batches) {
    const losses = await session.evaluate(batch, validationSeed, timesteps, ema);
    for (const loss of losses) sum += loss;
    count += losses.length;
  }
  return sum / count;
}
