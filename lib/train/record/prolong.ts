import { basename, join } from 'node:path';
import { ArtistError, answering, display, withLock } from '../../core/index.ts';
import { isFinished, listCheckpoints } from './checkpoint.ts';
import { readRunRecord, writeRunRecord } from './run-record.ts';

/**
 * Gives a run more steps; resumeTraining() then trains them. The learning rate of the new steps is that of a run of the new length, so after a
 * schedule that had fallen to zero it rises again.
 *
 * @param folder folder of a run
 * @param steps total number of steps, more than before
 * @throws ArtistError ERR_RESUME when there is no such run, or it stopped early; ERR_INVALID_ARGUMENT when it has as many steps; ERR_LOCKED
 *   while it runs; ERR_WRITE, ERR_DISK_FULL
 */
export const prolongTraining = answering('prolongTraining', async (folder: string, steps: number): Promise<{ steps: number }> => {
  return withLock(join(folder, 'lock'), { purpose: 'giving the run more steps', waitMs: 0 }, async () => {
    const record = await readRunRecord(folder);
    const { options, settings } = record;
    const before = Number(settings['steps']);
    if (!Number.isInteger(steps) || steps <= before || steps > 1_000_000)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `steps: expected an integer ${before + 1}..1000000, got ${display(steps)}`);
    const newest = (await listCheckpoints(join(folder, 'checkpoints'))).at(-1);
    if (newest && newest.step < before && (await isFinished(newest)))
      throw new ArtistError(
        'ERR_RESUME',
        `${basename(folder)}: expected a run that did not stop early, got one that did after step ${newest.step}. Start a new run without patience`,
      );
    const { every } = settings['validation'] as { every: number };
    await writeRunRecord(folder, {
      ...record,
      // Defaults that depend on the number of steps stay as they were.
      options: { ...options, steps, warmup: settings['warmup'], validation: { ...(options['validation'] as object | undefined), every } },
      settings: { ...settings, steps },
    });
    return { steps };
  });
});
