/** Compares the engine's pictures with PyTorch's of the same noise, painted by training/parity.py. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeImage } from '../../lib/image/index.ts';
import type { Painter } from './painter.ts';
import { mean, type Report } from './report.ts';
import { psnr } from './statistics.ts';

const picturesSchema = z
  .array(
    z.strictObject({
      /** Files with the exported weights, and with the weights that the package stores. */
      file: z.string(),
      stored: z.string(),
      prompt: z.string(),
      seed: z.int(),
      steps: z.int(),
      cfgScale: z.number(),
    }),
  )
  .min(1);

type Likeness = NonNullable<NonNullable<Report['parity']>['sameWeights']>;

export async function measureParity(painter: Pick<Painter, 'paint'>, folder: string): Promise<NonNullable<Report['parity']>> {
  const [exported, stored]: [number[], number[]] = [[], []];
  const pictures = picturesSchema.parse(JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')));
  for (const { prompt, seed, steps, cfgScale, ...files } of pictures) {
    const { data } = await painter.paint(prompt, seed, { steps, cfgScale, sampler: 'euler', scheduler: 'discrete' });
    const likeness = async (file: string): Promise<number> => psnr(data, (await decodeImage(join(folder, file))).data);
    exported.push(await likeness(files.file));
    stored.push(await likeness(files.stored));
  }
  const of = (all: readonly number[]): Likeness => ({ n: all.length, psnr: mean(all), worst: Math.min(...all) });
  return { ...of(exported), sameWeights: of(stored) };
}
