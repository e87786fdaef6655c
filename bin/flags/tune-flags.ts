/** Flags of `tune`. */
import { optionTables, type Rows } from '../../lib/engine/index.ts';
import { number, text, toggle } from './flags.ts';
import { flagsOf } from './row-flags.ts';

const modelRows: Rows = Object.fromEntries(
  Object.entries(optionTables.loadModel as Rows).filter(([name, { group }]) => group === 'Model' || name === 'backend'),
);
const { width, height, steps } = optionTables.generate;

/** Which model, and on which device. */
export const modelFlags = flagsOf(modelRows);
/** Of the pictures that are painted. */
export const sizeFlags = flagsOf({ width, height, steps });

export const tuneFlags = {
  repeats: number('Timed pictures of each setting, 1..100. Default: 5'),
  minutes: number('Begin nothing new after this many minutes, above 0 up to 1440. Default: 10'),
  'allow-loss': toggle('Also try settings that lose quality: bf16, weights of fewer bits, steps that are skipped'),
  'min-psnr': number('Least likeness to the pictures of the defaults in dB, 0..100. Default: 40; with --allow-loss 30'),
  clip: text('CLIP that judges the pictures too. Default: the bundled one for the bundled model, none for others'),
  'dry-run': toggle('Measure, and store nothing'),
  ...modelFlags.flags,
  ...sizeFlags.flags,
} as const;
