/** Checkpoints on their own: complete or absent, the newest kept, read back as written. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ArtistError } from '../../lib/core/index.ts';
import type { NativeTrainState } from '../../lib/engine/addon/trainer-types.ts';
import { checkpointLora, listCheckpoints, readCheckpoint, type TrainProgress, writeCheckpoint } from '../../lib/train/record/checkpoint.ts';
import { artistFailure } from '../engine/support.ts';
import { suite } from '../harness.ts';

suite('training: checkpoints', (test) => {
  let root: string;
  const state: NativeTrainState = {
    optimizer: 'prodigy',
    tensors: [{ name: 'a.moment', shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 1e-30, 0, 7) }],
    numbers: { d: 0.1 + 0.2, step: 2 ** 53 },
  };
  const progress = (step: number): TrainProgress => ({
    position: { epoch: 1, batch: 2, step },
    smoothed: [1 / 3, 2 / 3],
    loss: 0.1,
    validation: { first: 3, last: 2, best: 1, bestStep: 4, since: 2 },
    seconds: 1.5,
    stopped: false,
  });
  const write = (step: number, writeLora = (path: string): Promise<unknown> => writeFile(path, `lora ${step}`)) =>
    writeCheckpoint(root, { writeLora, state, progress: progress(step), keep: 2 });

  test.before.each(async () => {
    root = await mkdtemp(join(tmpdir(), 'ai-artist-checkpoint-'));
  });
  test.after.each(() => rm(root, { recursive: true, force: true }));

  test('are read back bit for bit', async () => {
    const read = await readCheckpoint(await write(7));
    assert.equal(read.progress, progress(7));
    assert.equal(read.state, state);
  });

  test('the newest are kept, ordered by step', async () => {
    for (const step of [9, 10, 1_000_000]) await write(step);
    const kept = await listCheckpoints(root);
    assert.equal(
      kept.map(({ step }) => step),
      [10, 1_000_000],
    );
    assert.equal((await readdir(kept[0]?.folder ?? '')).sort(), ['lora.safetensors', 'state.safetensors']);
    assert.ok(checkpointLora(kept[0] ?? { folder: '' }).endsWith('lora.safetensors'));
  });

  test('a full disk leaves the previous checkpoint and no partial files', async () => {
    await write(1);
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    await artistFailure(
      write(2, () => Promise.reject(full)),
      'ERR_DISK_FULL',
      /step-000002: expected room on the disk/,
    );
    await artistFailure(
      write(3, () => Promise.reject(new ArtistError('ERR_LORA', 'diverged'))),
      'ERR_LORA',
    );
    assert.equal(await readdir(root), ['step-000001']);
    assert.is((await readCheckpoint({ folder: join(root, 'step-000001'), step: 1 })).progress.position.step, 1);
  });

  test('a step that is written again replaces the old one', async () => {
    await write(5);
    await write(5);
    assert.equal(await readdir(root), ['step-000005']);
  });

  test('the error for one with other fields names it', async () => {
    const written = await write(5);
    const { encodeSafetensors } = await import('../../lib/models/index.ts');
    await writeFile(join(written.folder, 'state.safetensors'), encodeSafetensors(state.tensors, 'F32', { state: '{"schema":2}' }).bytes);
    await artistFailure(readCheckpoint(written), 'ERR_MODEL_FORMAT', /expected the state of a training run, got other fields/);
  });

  test('no folder yet: no checkpoints', async () => {
    assert.equal(await listCheckpoints(join(root, 'none')), []);
  });
});
