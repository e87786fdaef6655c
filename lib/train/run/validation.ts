import type { NativeTrainBatch, NativeTrainerInfo } from '../../engine/index.ts';
import type { TrainerSession } from './trainer-session.ts';

/** Every validation of every run draws from this seed, so that losses of two runs over the same pictures can be compared. */
const validationSeed = 20_260_101;

/** `levels` noise levels in the middles of as many equal parts: 125, 375, 625, 875 of 1000 for four. */
export function validationLevels(levels: number, objective: NativeTrainerInfo['objective']): number[] {
  return Array.from({ length: levels }, (_, at) => {
    const level = (at + 0.5) / levels;
    return objective === 'flow' ? level : Math.round(level * 1000);
  });
}

/** Mean loss of the held-out pictures at the same noise and noise levels each time. */
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
