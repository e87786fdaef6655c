import { equal, rejects } from 'node:assert/strict';
import { findTrainingRun, listTrainingRuns, prolongTraining, resumeTraining, trainLora } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';
import type { PictureFolder } from './support.ts';
import { tinyFolder, tinyOptions } from './tiny-run.ts';

suite('more steps for a run', (test) => {
  let folder: PictureFolder;
  test.before(async () => {
    folder = await tinyFolder(2);
  });
  test.after(() => folder.remove());

  test('a finished run goes on from its last step', async () => {
    const { runFolder: _, ...options } = tinyOptions(folder, 'longer');
    const home = folder.at('home');
    const first = await trainLora({ ...options, steps: 2 });
    const run = await findTrainingRun('longer', { home });
    await prolongTraining(run, 4);
    equal((await listTrainingRuns({ home })).runs[0]?.finished, false);
    const steps: number[] = [];
    const result = await resumeTraining(run, { overwrite: true, onProgress: (event) => event.type === 'step' && steps.push(event.step) });
    equal(steps.join(), '3,4');
    equal(result.steps, 4);
    equal(result.path, first.path);
    for (const bad of [4, 3, 0, 4.5, Number.NaN]) await rejects(prolongTraining(run, bad), { code: 'ERR_INVALID_ARGUMENT' });
    await rejects(prolongTraining(folder.at('pictures'), 9), { code: 'ERR_RESUME' });
  });
});
