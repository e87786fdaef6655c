/** Options of trainLora() about what is kept and watched during a run: prior, validation, samples, checkpoints. One row each. */
import * as z from 'zod';
import { maxSeed, path, rows } from '../../engine/index.ts';

export const priorRows = rows({
  /** Prompt for the class: "a dog" when "sks dog" is learned. */
  prompt: {
    schema: z.string().min(1),
    help: 'Prompt of the class, such as "a dog": keeps the class from turning into the subject',
    flag: 'class-prompt',
  },
  /** Folder of class pictures. Default: the model paints them. */
  folder: { schema: path.optional(), help: 'Folder of class pictures', default: 'painted by the model', flag: 'class-folder' },
  /** Number of pictures to paint if there is no folder, 1..1000. Default 50. */
  count: { schema: z.int().min(1).max(1000).default(50), help: 'Number of class pictures to paint', flag: 'class-count' },
  /** Weight of the class pictures' loss. Above 0 up to 10. Default 1. */
  weight: { schema: z.number().gt(0).max(10).default(1), help: "Weight of the class pictures' loss", flag: 'prior-weight' },
});

export const validationRows = rows({
  /** Pictures to hold out, 0..100000: a share below 1, or a count. Default 0: none. */
  pictures: {
    schema: z.number().min(0).max(100_000).default(0),
    help: 'Pictures to hold out: a share below 1, or a count',
    flag: 'validation',
  },
  /** Steps between two validations, 1 or more. Default: a tenth of the run. */
  every: { schema: z.int().min(1).optional(), help: 'Steps between two validations', default: 'a tenth of the run' },
  /** Noise levels per picture, 1..64, spread evenly. Default 4. */
  levels: { schema: z.int().min(1).max(64).default(4), help: 'Noise levels per picture' },
  /** Stop after this many validations without improvement, 0..1000; 0: never. Default 0. */
  patience: {
    schema: z.int().min(0).max(1000).default(0),
    help: 'Stop after this many validations without improvement; 0: never',
    flag: 'patience',
  },
  /** Share by which the loss must fall to count as an improvement, 0..1. Default 0. */
  minDelta: {
    schema: z.number().min(0).max(1).default(0),
    help: 'Share by which the loss must fall to count as an improvement',
    flag: 'min-delta',
  },
});

export const sampleRows = rows({
  /** Steps between two sample strips, 0 or more; 0: none. Default: a quarter of the run. */
  every: {
    schema: z.int().min(0).optional(),
    help: 'Steps between two sample strips; 0: none',
    default: 'a quarter of the run',
    flag: 'sample-every',
  },
  /** Prompts to paint, 1 to 16. Default: captions of the data set. */
  prompts: {
    schema: z.array(z.string()).min(1).max(16).optional(),
    help: 'Prompt of the sample strip; may be given several times',
    default: 'captions of the data set',
    flag: 'sample',
  },
  /** Seed of the first picture, 0..2^53-1; the others count up from it. Default 1. */
  seed: { schema: z.int().min(0).max(maxSeed).default(1), help: 'Seed of the first sample', flag: 'sample-seed' },
  /** Sampling steps, 1..200. Default: the model's own. */
  steps: {
    schema: z.int().min(1).max(200).optional(),
    help: 'Sampling steps of samples',
    default: "the model's own",
    flag: 'sample-steps',
  },
  /** Guidance of samples, 0..50. Default: the model's own. */
  cfgScale: {
    schema: z.number().min(0).max(50).optional(),
    help: 'Guidance of samples',
    default: "the model's own",
    flag: 'sample-cfg-scale',
    aliases: ['sample-cfg'],
  },
});

export const checkpointRows = rows({
  /** Steps between two checkpoints, 1 or more. Default: a tenth of the run. */
  every: {
    schema: z.int().min(1).optional(),
    help: 'Steps between two checkpoints',
    default: 'a tenth of the run',
    flag: 'checkpoint-every',
  },
  /** Number of checkpoints to keep, 1..1000; the newest stay. Default 2. */
  keep: { schema: z.int().min(1).max(1000).default(2), help: 'Number of checkpoints to keep', flag: 'checkpoint-keep' },
});
