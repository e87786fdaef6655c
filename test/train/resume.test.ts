/** An interrupted run gives the same LoRA, bit for bit, as an uninterrupted one; errors name what changed in between. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { acquireLock } from '../../lib/core/index.ts';
import { resumeTraining, type TrainLoraOptions, trainLora } from '../../lib/train/index.ts';
import { artistFailure, failure } from '../engine/support.ts';
import { suite } from '../harness.ts';
import { typescript } from '../support/run-source.ts';
import type { PictureFolder } from './support.ts';
import { tinyFolder, tinyOptions } from './tiny-run.ts';

async function runKilled(options: TrainLoraOptions, step: number): Promise<void> {
  const program = fileURLToPath(new URL('./killed.fixture.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', typescript, program, JSON.stringify(options), String(step)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal !== 'SIGKILL') throw new Error(`the training was to be killed, but ended by itself: ${errors}`);
}

suite('training: resume', (test) => {
  let folder: PictureFolder;
  let whole: { tensorHash: string; loss: number };
  /** All options that affect the numbers: average, tag shuffling, flips, two batch sizes, held-out pictures. */
  const options = (name: string): TrainLoraOptions => ({
    ...tinyOptions(folder, name),
    ema: 0.9,
    accumulation: 2,
    captions: { shuffleTags: true, captionDropout: 0.2 },
    network: { rank: 2, targets: 'attention', dropout: 0.1 },
    validation: { pictures: 1, every: 3, levels: 1 },
  });
  const run = (name: string): string => folder.at(`runs/${name}`);
  /** Makes a run that was cancelled after step 3. */
  const cancelled = async (name: string): Promise<void> => {
    const controller = new AbortController();
    const stopping = trainLora({
      ...options(name),
      signal: controller.signal,
      onProgress: (event) => {
        if (event.type === 'step' && event.step === 3) controller.abort(new Error('enough'));
      },
    });
    assert.is(((await failure(stopping)) as Error).message, 'enough');
  };

  test.before(async () => {
    folder = await tinyFolder();
    whole = await trainLora(options('whole'));
  });
  test.after(() => folder.remove());

  test('continues after kill -9 and gives the same bits', async () => {
    await runKilled(options('killed'), 5);
    assert.equal(await readdir(join(run('killed'), 'checkpoints')), ['step-000002', 'step-000004']);
    const steps: number[] = [];
    const result = await resumeTraining(run('killed'), {
      onProgress: (event) => {
        if (event.type === 'step') steps.push(event.step);
      },
    });
    assert.equal(steps, [5, 6]);
    assert.is(result.tensorHash, whole.tensorHash);
    assert.is(result.loss, whole.loss);
  });

  test('a partial checkpoint is removed and not used', async () => {
    await runKilled(options('half'), 3);
    const half = join(run('half'), 'checkpoints', '.step-000003-1');
    await mkdir(half);
    await writeFile(join(half, 'state.safetensors'), 'half');
    const result = await resumeTraining(run('half'));
    assert.is(result.tensorHash, whole.tensorHash);
    assert.not.ok((await readdir(join(run('half'), 'checkpoints'))).some((name) => name.startsWith('.')));
  });

  test('cancelling saves the progress, and the run continues from there', async () => {
    await cancelled('cancelled');
    assert.equal(await readdir(join(run('cancelled'), 'checkpoints')), ['step-000002', 'step-000003']);
    const result = await resumeTraining(run('cancelled'), { checkpointing: 'fine' });
    assert.is(result.tensorHash, whole.tensorHash);
    await artistFailure(resumeTraining(run('cancelled')), 'ERR_ALREADY_EXISTS', /^out: expected no file there/);
  });

  test('names what changed since the start of the run', async () => {
    await cancelled('changed');
    const resume = (given: Partial<TrainLoraOptions> = {}): PromiseLike<unknown> => resumeTraining(run('changed'), given);
    await artistFailure(
      resume({ learningRate: 0.5 }),
      'ERR_RESUME',
      /^learningRate: expected 0\.00\d+, which the run started with, got 0\.5\. /,
    );
    await artistFailure(resume({ network: { rank: 3 } }), 'ERR_RESUME', /^network\.(rank|alpha|targets|dropout): expected/);
    await artistFailure(resume({ seed: 12 }), 'ERR_RESUME', /^seed: expected 11, .*got 12/);
    const caption = folder.at('pictures/p1.txt');
    const before = await readFile(caption);
    await writeFile(caption, 'another caption');
    await artistFailure(resume(), 'ERR_RESUME', /^data: .*1 changes: the caption of p1\.png changed/);
    await writeFile(caption, before);
    await folder.picture('pictures/new.png', { seed: 9 });
    const [picture, kept] = [folder.at('pictures/p0.png'), folder.at('p0.png')];
    await rename(picture, kept);
    const error = await artistFailure(resume(), 'ERR_RESUME', /^data: /);
    assert.equal(
      [...error.details].filter((line) => /is new|is gone/.test(line)),
      ['new.png is new', 'p0.png is gone'],
    );
    await rename(kept, picture);
    await rm(folder.at('pictures/new.png'));
  });

  test('names a folder that is not a run, and a damaged file', async () => {
    await artistFailure(resumeTraining(folder.at('pictures')), 'ERR_RESUME', /expected the folder of a training run/);
    await cancelled('damaged');
    await truncate(join(run('damaged'), 'checkpoints', 'step-000003', 'state.safetensors'), 100);
    await artistFailure(resumeTraining(run('damaged')), 'ERR_MODEL_FORMAT', /step-000003/);
    await rm(join(run('damaged'), 'checkpoints', 'step-000003'), { recursive: true });
    assert.is((await resumeTraining(run('damaged'))).tensorHash, whole.tensorHash);
  });

  test('only one process at a time may use a run', async () => {
    await cancelled('locked');
    const path = join(run('locked'), 'lock');
    const lock = await acquireLock(path, { purpose: 'training in this folder' });
    await artistFailure(
      resumeTraining(run('locked')),
      'ERR_LOCKED',
      new RegExp(`held by process ${process.pid} .*for training in this folder`),
    );
    const { owner } = lock;
    await lock.release();
    // A lock of a process that no longer exists.
    await writeFile(path, JSON.stringify({ ...owner, pid: 2147483646 }));
    assert.is((await resumeTraining(run('locked'))).tensorHash, whole.tensorHash);
    assert.not.ok((await readdir(run('locked'))).includes('lock'));
  });

  if (process.platform === 'linux')
    test('a full disk ends the run with an error code and leaves the checkpoint', async () => {
      await cancelled('full');
      await rm(join(run('full'), 'log.jsonl'));
      await symlink('/dev/full', join(run('full'), 'log.jsonl'));
      await artistFailure(resumeTraining(run('full')), 'ERR_DISK_FULL');
      await rm(join(run('full'), 'log.jsonl'));
      assert.is((await resumeTraining(run('full'))).tensorHash, whole.tensorHash);
    });
});
