/** What `train clean` says. */
import { form } from './words.ts';

const runs = (n: number): string => `${n} ${form(n, { one: 'run', other: 'runs' })}`;

export const training = {
  kept: {
    running: 'runs now',
    unfinished: 'can be resumed: --unfinished removes it, too',
    recent: 'is younger',
    'lora-gone': 'its LoRA is gone, and its checkpoints are all there is: train remove',
  },
  keeps: ({ name, why }: { name: string; why: string }) => `${name} stays: ${why}`,
  cache: ({ bytes }: { bytes: string }) => `${bytes} of encoded pictures, which are encoded again when they are needed`,
  cacheInUse: 'encoded pictures stay: a training runs',
  freed: ({ n, bytes }: { n: number; bytes: string }) => `${runs(n)} removed, ${bytes} freed; LoRAs stay`,
  wouldFree: ({ n, bytes }: { n: number; bytes: string }) => `would remove ${runs(n)} and free ${bytes}; LoRAs stay`,
};
