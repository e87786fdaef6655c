/** A whole training through the public API, on the bundled model: events, files, what is learned, what is refused before it begins. */
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { readLora } from '../../lib/doors/lora.ts';
import { decodeImage } from '../../lib/image/index.ts';
import { loadModel } from '../../lib/index.ts';
import { readModelHeader } from '../../lib/models/index.ts';
import { readTrainingLog, type TrainEvent, type TrainLoraOptions, type TrainLoraResult, trainLora } from '../../lib/train/index.ts';
import { artistFailure, failure } from '../engine/support.ts';
import { suite } from '../harness.ts';
import type { PictureFolder } from './support.ts';
import { tinyFolder, tinyOptions } from './tiny-run.ts';

type Of<T extends TrainEvent['type']> = Extract<TrainEvent, { type: T }>;

suite('training: a whole run', (test) => {
  let folder: PictureFolder;
  let before: Record<string, string>;
  let result: TrainLoraResult;
  const events: TrainEvent[] = [];
  const of = <T extends TrainEvent['type']>(type: T): Of<T>[] => events.filter((event): event is Of<T> => event.type === type);

  test.before(async () => {
    folder = await tinyFolder(4);
    await folder.picture('pictures/p0.mask.png', { seed: 8, channels: 3 });
    before = await folder.contents();
    const run = trainLora({
      ...tinyOptions(folder),
      steps: 5,
      batchSize: 2,
      learningRate: 0.01,
      network: { rank: 3, alpha: 6, targets: 'default', textEncoder: true },
      captions: { trigger: 'zwx', captionDropout: 0.3 },
      prior: { prompt: 'flat sticker of a dog', count: 2, weight: 0.5 },
      validation: { pictures: 1, every: 2, levels: 2 },
      samples: { every: 3, prompts: ['flat sticker of a fox', 'an owl'], steps: 1 },
      checkpoints: { every: 2, keep: 1 },
    });
    for await (const event of run) events.push(event);
    result = await run;
  });
  test.after(() => folder.remove());

  test('reports every step, with what a progress bar needs', () => {
    const steps = of('step');
    assert.equal(
      steps.map(({ step }) => step),
      [1, 2, 3, 4, 5],
    );
    for (const { loss, smoothedLoss, learningRate, gradientNorm, secondsPerStep, steps: all } of steps) {
      assert.ok([loss, smoothedLoss, learningRate, gradientNorm, secondsPerStep].every((value) => Number.isFinite(value) && value > 0));
      assert.is(all, 5);
    }
    assert.is(steps.at(-1)?.etaSeconds, 0);
    assert.equal([of('queued')[0]?.type, events.at(-1)?.type], ['queued', 'done']);
  });

  test('describes the run before the first step', () => {
    const [begin] = of('begin');
    assert.equal([begin?.steps, begin?.from, begin?.pictures, begin?.heldOut, begin?.device], [5, 0, 3, 1, 'CPU']);
    assert.ok((begin?.modules ?? 0) > 50 && (begin?.parameters ?? 0) > 10_000);
    assert.equal(begin?.sizes, ['64x64']);
    assert.ok((begin?.memory.computeBytes ?? 0) > 2 ** 20);
    assert.equal(
      of('warning').filter(({ message }) => /mask/.test(message)),
      [],
    );
  });

  test('class pictures are painted, carry their recipe, and are in the data sheet', async () => {
    const painted = (await readdir(join(result.files.folder, 'class'))).sort();
    assert.equal(painted, ['class-0001.png', 'class-0002.png']);
    const sheet = JSON.parse(await readFile(result.files.dataSheet ?? '', 'utf8')) as { pictures: object };
    assert.equal(sheet.pictures, { train: 3, validation: 1, class: 2 });
  });

  test('validates before training, every n steps and at the end, with the same noise', () => {
    assert.equal(
      of('validation').map(({ step }) => step),
      [0, 2, 4, 5],
    );
    assert.is(result.validation?.first, of('validation')[0]?.loss);
    assert.is(result.validation?.last, of('validation').at(-1)?.loss);
    assert.is(result.validation?.best, Math.min(...of('validation').map(({ loss }) => loss)));
  });

  test('paints the same prompts and seeds before, during and after', async () => {
    assert.equal(
      of('sample').map(({ step }) => step),
      [0, 3, 5],
    );
    assert.equal(result.files.samples.length, 6);
    const [first, , last] = of('sample').map(({ images }) => images[0]);
    assert.equal([first?.recipe?.seed, last?.recipe?.seed], [1, 1]);
    assert.is(first?.recipe?.loras?.length ?? 0, 0);
    assert.is(last?.recipe?.loras?.length, 1);
    assert.not.equal(first?.data, last?.data);
  });

  test('leaves a log, a loss curve, a contact sheet and the newest checkpoint', async () => {
    const log = await readTrainingLog(result.files.log);
    assert.is(log.steps.length, 5);
    assert.is(log.validation.length, 4);
    assert.is(log.samples.length, 3);
    assert.match(await readFile(result.files.lossCurve ?? '', 'utf8'), /^<svg/);
    assert.ok((await decodeImage(result.files.contactSheet ?? '')).width > 200);
    assert.equal(await readdir(join(result.files.folder, 'checkpoints')), ['step-000005']);
    assert.is(of('checkpoint').at(-1)?.step, 5);
  });

  test('the LoRA carries its metadata and is found by name', async () => {
    assert.is(result.path, folder.at('home/loras/tiny.safetensors'));
    const { metadata, tensors } = await readModelHeader(result.path);
    assert.equal(
      [metadata['ss_network_dim'], metadata['ss_network_alpha'], metadata['ss_steps'], metadata['modelspec.trigger_phrase']],
      ['3', '6', '5', 'zwx'],
    );
    for (const part of ['lora_unet_', 'lora_te_'])
      assert.ok(
        tensors.some(({ name }) => name.startsWith(part)),
        part,
      );
    assert.equal((await readLora(result.path)).ranks, [3]);
    const model = await loadModel({ home: folder.at('home'), threads: 1 });
    const paint = (loras: string[]) => model.generate({ prompt: 'zwx, an owl', steps: 1, seed: 1, loras });
    const [plain, learned] = [await paint([]), await paint(['tiny'])];
    await model.dispose();
    assert.equal(learned.warnings, []);
    assert.not.equal(plain.images[0]?.data, learned.images[0]?.data);
  });

  test("the user's pictures are unchanged", async () => {
    const now = await folder.contents();
    for (const [file, content] of Object.entries(before)) assert.is(now[file], content, file);
  });
});

suite('training: what ends a run', (test) => {
  let folder: PictureFolder;
  const started = async (run: PromiseLike<unknown>, code: string, message: RegExp): Promise<void> => {
    await artistFailure(run, code, message);
  };

  test.before(async () => {
    folder = await tinyFolder();
  });
  test.after(() => folder.remove());
  const options = (name: string): TrainLoraOptions => tinyOptions(folder, name);

  test('outputs that cannot be written are refused before the model is read', async () => {
    const loaded: string[] = [];
    const onProgress = ({ type }: TrainEvent): void => void loaded.push(type);
    const out = await folder.write('mine.safetensors', 'mine');
    await started(trainLora({ ...options('a'), out, onProgress }), 'ERR_ALREADY_EXISTS', /^out: expected no file there/);
    assert.is(await readFile(out, 'utf8'), 'mine');
    await started(
      trainLora({ ...options('a'), out: join(out, 'x.safetensors'), onProgress }),
      'ERR_WRITE',
      /a file where a folder should be/,
    );
    await started(trainLora({ ...options('a'), out: folder.at('pictures'), onProgress }), 'ERR_INVALID_ARGUMENT', /ends in \.safetensors/);
    await started(
      trainLora({ ...options('a'), runFolder: folder.at('pictures'), onProgress }),
      'ERR_ALREADY_EXISTS',
      /^runFolder: .*resumeTraining/,
    );
    await mkdir(folder.at('sealed'));
    await chmod(folder.at('sealed'), 0o500);
    if (process.getuid?.() !== 0)
      await started(trainLora({ ...options('a'), out: folder.at('sealed/x.safetensors'), onProgress }), 'ERR_WRITE', /no permission/);
    assert.equal(loaded, []);
    assert.not.ok(await stat(folder.at('runs')).catch(() => undefined), 'a run folder was made');
  });

  test('data and models that cannot be used are refused', async () => {
    await mkdir(folder.at('empty'));
    await started(trainLora({ ...options('b'), data: folder.at('empty') }), 'ERR_TRAIN_DATA', /got none/);
    await started(trainLora({ ...options('b'), data: folder.at('nowhere') }), 'ERR_READ', /nowhere/);
    const { licence: _none, ...unlicensed } = options('b');
    await started(trainLora(unlicensed), 'ERR_LICENCE', /p0\.png/);
    await started(trainLora({ ...options('b'), resolution: 512 }), 'ERR_TRAIN_DATA', /enlargement/);
    await started(trainLora({ ...options('b'), model: folder.at('pictures/p0.png') }), 'ERR_MODEL_FORMAT', /p0\.png/);
    await started(trainLora({ ...options('b'), batchSize: 100_000 }), 'ERR_INVALID_ARGUMENT', /^batchSize/);
    await started(trainLora({ ...options('b'), network: { include: ['nothing*'] } }), 'ERR_INVALID_ARGUMENT', /nothing/);
  });

  test('a listener that throws and a loop that is left end the run', async () => {
    const boom = new Error('boom');
    const throwing = trainLora({
      ...options('c'),
      onProgress: ({ type }) => {
        if (type === 'step') throw boom;
      },
    });
    assert.is(await failure(throwing), boom);
    const left = trainLora(options('d'));
    for await (const { type } of left) if (type === 'step') break;
    await artistFailure(left, 'ERR_ABORTED', /left early/);
  });

  test('a signal aborted before the call, and one aborted while pictures are encoded', async () => {
    const reason = new Error('no more');
    assert.is(await failure(trainLora({ ...options('e'), signal: AbortSignal.abort(reason) })), reason);
    const controller = new AbortController();
    const stopping = trainLora({
      ...options('e'),
      signal: controller.signal,
      onProgress: ({ type }) => type === 'prepare' && controller.abort(reason),
    });
    assert.is(await failure(stopping), reason);
  });

  test('a loss that is not finite leaves the previous checkpoint', async () => {
    const run = trainLora({
      ...options('f'),
      steps: 40,
      learningRate: 10,
      clipNorm: 0,
      schedule: 'constant',
      checkpoints: { every: 1 },
      network: { rank: 2, alpha: 4096 },
    });
    const error = await artistFailure(run, 'ERR_TRAIN_DIVERGED');
    assert.match(error.message, /learning rate/);
    assert.ok((await readdir(folder.at('runs/f/checkpoints'))).length > 0);
    assert.not.ok(await stat(folder.at('home/loras/f.safetensors')).catch(() => undefined));
  });

  test('stops early when held-out pictures no longer improve, and keeps the best', async () => {
    const result = await trainLora({
      ...options('g'),
      steps: 30,
      learningRate: 0.05,
      schedule: 'constant',
      validation: { pictures: 1, every: 1, patience: 2, minDelta: 0.2, levels: 1 },
    });
    assert.ok(result.stoppedEarly && result.steps < 30, `${result.steps} steps`);
    const log = await readFile(result.files.log, 'utf8');
    assert.match(log, /stopped early after step/);
    await writeFile(folder.at('done'), '');
  });
});
