import { storedLoras } from '../../../lib/lora/index.ts';
import { listTrainingRuns } from '../../../lib/train/index.ts';
import type { Offer } from '../complete.ts';

/** By the names of their files: reading many large files would take too long. */
export async function loraNames(home: string): Promise<Offer[]> {
  return [...(await storedLoras(home)).keys()].map((value) => ({ value, about: 'LoRA' }));
}

export async function runNames(home: string): Promise<Offer[]> {
  const { runs } = await listTrainingRuns({ home });
  const offers = runs.map(({ name, step, steps }) => ({ value: name, about: `step ${step} of ${steps}` }));
  return offers.length > 0 ? [{ value: 'latest', about: 'the newest run' }, ...offers] : [];
}
