/** Class pictures for prior preservation, painted by the model before it is trained. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtImage } from '../../image/index.ts';
import type { ResolvedTrainLora } from '../settings/options.ts';
import type { TrainEvent } from './events.ts';
import { openPainter } from './samples.ts';

/**
 * Paints the missing class pictures in `folder`. Each carries its recipe, which also states its licence. Number n is always the same
 * picture.
 *
 * @throws ArtistError every error of loadModel() and Model.generate(); ERR_DISK_FULL, ERR_WRITE when a picture cannot be written
 */
export async function paintClassPictures(
  options: ResolvedTrainLora,
  { folder, prompt, count, seed }: { folder: string; prompt: string; count: number; seed: number },
  { signal, emit }: { signal: AbortSignal; emit: (event: TrainEvent) => void },
): Promise<void> {
  const fileOf = (at: number): string => join(folder, `class-${String(at + 1).padStart(4, '0')}.png`);
  const missing: number[] = [];
  for (let at = 0; at < count; at++) if (!(await stat(fileOf(at)).catch(() => undefined))) missing.push(at);
  if (missing.length === 0) return;
  const painter = await openPainter(options, signal);
  try {
    for (const at of missing) {
      emit({ type: 'prepare', what: 'class pictures', done: at, total: count });
      const { images } = await painter.generate({ prompt, seed: seed + at, signal });
      await (images[0] as ArtImage).save(fileOf(at), { overwrite: true });
    }
    emit({ type: 'prepare', what: 'class pictures', done: count, total: count });
  } finally {
    await painter.dispose();
  }
}
