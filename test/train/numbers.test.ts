/** The arithmetic around the steps: schedules, averages, early stopping, the choice of checkpointing, and the settings. */
import * as assert from 'uvu/assert';
import { isArtistError, resolveOptions } from '../../lib/core/index.ts';
import type { NativeTrainerInfo, NativeTrainPlan } from '../../lib/engine/addon/trainer-types.ts';
import { firstDifference, valueAt } from '../../lib/train/record/run-record.ts';
import { Smoothed } from '../../lib/train/report/smoothing.ts';
import { EarlyStop } from '../../lib/train/run/early-stop.ts';
import { chooseMemory } from '../../lib/train/run/memory.ts';
import { learningRateShare } from '../../lib/train/run/schedule.ts';
import { validationLevels } from '../../lib/train/run/validation.ts';
import { trainLoraOptions } from '../../lib/train/settings/options.ts';
import { hostBytes, resolveSettings, type TrainSettings } from '../../lib/train/settings/settings.ts';
import { artistFailure } from '../engine/support.ts';
import { suite } from '../harness.ts';

suite('training: learning rate', (test) => {
  const shares = (schedule: 'constant' | 'linear' | 'cosine', warmup: number): number[] =>
    Array.from({ length: 8 }, (_, step) => Number(learningRateShare(step, 8, { schedule, warmup }).toFixed(4)));

  test('rises linearly and then follows its schedule', () => {
    assert.equal(shares('constant', 3), [0.25, 0.5, 0.75, 1, 1, 1, 1, 1]);
    assert.equal(shares('linear', 0), [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]);
    assert.equal(shares('cosine', 4), [0.2, 0.4, 0.6, 0.8, 1, 0.8536, 0.5, 0.1464]);
  });

  test('every step has an effect, even in runs that are all warm-up', () => {
    for (const schedule of ['constant', 'linear', 'cosine'] as const)
      for (const warmup of [0, 1, 7, 8]) assert.ok(Math.min(...shares(schedule, warmup)) > 0, `${schedule} ${warmup}`);
  });
});

suite('training: watching', (test) => {
  test('the smoothed loss has no start bias and continues from its state', () => {
    const whole = new Smoothed(0.9);
    assert.ok(Math.abs(whole.add(5) - 5) < 1e-12);
    whole.add(1);
    const halves = new Smoothed(0.9);
    halves.state = whole.state;
    assert.is(halves.add(2), whole.add(2));
  });

  test('stops after `patience` validations without improvement', () => {
    const stop = new EarlyStop({ patience: 2, minDelta: 0.1 });
    assert.equal(
      [1, 0.8, 0.75, 0.7, 0.69, 0.64].map((loss, at) => stop.add(at, loss)),
      [false, false, false, false, false, true],
    );
    assert.equal([stop.best, stop.bestStep], [0.7, 3]);
  });

  test('validation levels are the middles of equal parts', () => {
    assert.equal(validationLevels(4, 'eps'), [125, 375, 625, 875]);
    assert.equal(validationLevels(2, 'flow'), [0.25, 0.75]);
  });

  test('firstDifference names the first setting that differs', () => {
    assert.is(firstDifference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 2] } }), undefined);
    assert.is(firstDifference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] } }), 'b.c.1');
    assert.is(firstDifference({ a: 1 }, { a: 1, b: 2 }), 'b');
    assert.is(valueAt({ b: { c: [1, 3] } }, 'b.c.1'), 3);
    assert.is(valueAt({ b: 1 }, 'b.c.1'), undefined);
  });
});

suite('training: memory', (test) => {
  const mebi = 2 ** 20;
  const shape = { width: 512, height: 768, batch: 4 };
  const plan = (compute: Record<string, number>, free: number, unsupported: string[] = []) => {
    const asked: string[] = [];
    return {
      asked,
      plan: async (checkpointing: string): Promise<NativeTrainPlan> => {
        asked.push(checkpointing);
        return {
          computeBytes: (compute[checkpointing] ?? 0) * mebi,
          weightBytes: 7,
          networkBytes: 5,
          freeBytes: free * mebi,
          nodes: 1,
          unsupported,
        };
      },
    };
  };
  const sizes = { none: 800, blocks: 400, fine: 100 };

  test('chooses the fastest way that fits', async () => {
    for (const [free, wanted] of [
      [10_000, 'none'],
      [500, 'blocks'],
      [200, 'fine'],
      [0, 'none'],
    ] as const) {
      const { plan: size } = plan(sizes, free);
      const choice = await chooseMemory(size, 'auto', { shape, hostBytes: 3, device: 'CUDA0' });
      assert.is(choice.checkpointing, wanted, `${free} MiB free`);
      assert.is(choice.networkBytes, 8);
    }
  });

  test('uses an explicit choice and tries nothing else', async () => {
    const { plan: size, asked } = plan(sizes, 10_000);
    assert.is((await chooseMemory(size, 'fine', { shape, hostBytes: 0, device: 'CPU' })).checkpointing, 'fine');
    assert.equal(asked, ['fine']);
  });

  test('refuses with the numbers and advice', async () => {
    const { plan: size } = plan(sizes, 50);
    const error = await artistFailure(chooseMemory(size, 'auto', { shape, hostBytes: 0, device: 'CPU' }), 'ERR_OUT_OF_MEMORY');
    for (const part of [
      '512x768 pixels, batch 4',
      '0.05 GiB that are free',
      '0.78 GiB with checkpointing none',
      '0.10 GiB with checkpointing fine',
      'batchSize 2',
      'q8_0',
    ])
      assert.ok(error.message.includes(part), `${part}: ${error.message}`);
    const noCheckpointing = await artistFailure(
      chooseMemory(size, 'none', { shape: { ...shape, batch: 1 }, hostBytes: 0, device: 'CPU' }),
      'ERR_OUT_OF_MEMORY',
    );
    assert.ok(
      noCheckpointing.message.includes('checkpointing fine') && !noCheckpointing.message.includes('batchSize'),
      noCheckpointing.message,
    );
  });

  test("on the CPU the optimizer's memory counts too", async () => {
    const { plan: size } = plan(sizes, 900);
    assert.is((await chooseMemory(size, 'auto', { shape, hostBytes: 200 * mebi, device: 'CPU' })).checkpointing, 'blocks');
    assert.is((await chooseMemory(size, 'auto', { shape, hostBytes: 200 * mebi, device: 'CUDA0' })).checkpointing, 'none');
  });

  test('names operations that the device lacks', async () => {
    const { plan: size } = plan(sizes, 900, ['GET_ROWS [4, 5]']);
    await artistFailure(
      chooseMemory(size, 'auto', { shape, hostBytes: 0, device: 'Vulkan0' }),
      'ERR_UNSUPPORTED',
      /Vulkan0, which lacks GET_ROWS \[4, 5\]/,
    );
  });
});

suite('training: settings', (test) => {
  type Info = Pick<NativeTrainerInfo, 'family' | 'maxBatch' | 'sizeMultiple' | 'objective' | 'textEncoderLora'>;
  const sd1: Info = { family: 'sd1', maxBatch: 0, sizeMultiple: 64, objective: 'eps', textEncoderLora: true };
  const flux: Info = { family: 'flux', maxBatch: 1, sizeMultiple: 16, objective: 'flow', textEncoderLora: false };
  const settle = (given: object, info = sd1, size?: number): TrainSettings =>
    resolveSettings(resolveOptions('trainLora', trainLoraOptions, { data: 'x', ...given }), info, { size, seed: 5 });
  const refusal = (given: object, info = sd1): string => {
    try {
      settle(given, info);
    } catch (error) {
      if (isArtistError(error)) return `${error.code} ${error.message}`;
      throw error;
    }
    throw new assert.Assertion({
      message: 'expected a refusal',
      generated: false,
      operator: 'throws',
      expects: 'an error',
      actual: 'settings',
    });
  };

  test('presets set only what was omitted', () => {
    const style = settle({});
    assert.equal(
      [style.steps, style.network.rank, style.network.alpha, style.buckets.flip, style.buckets.resolution],
      [1500, 16, 16, true, 512],
    );
    assert.equal([style.begin.objective?.minSnr, style.captions.captionDropout, style.warmup], [5, 0.1, 75]);
    const subject = settle({ preset: 'subject', network: { rank: 4, alpha: 8 }, flip: true });
    assert.equal([subject.steps, subject.network.rank, subject.network.alpha, subject.buckets.flip], [900, 4, 8, true]);
    const fast = settle({ preset: 'fast', steps: 50 });
    assert.equal([fast.steps, fast.warmup, fast.network.targets, fast.learningRate, fast.checkpoints.every], [50, 1, 'attention', 2e-4, 5]);
    assert.is(settle({}, sd1, 768).buckets.resolution, 768);
  });

  test('each optimizer has its own learning rate and numbers', () => {
    assert.is(settle({ optimizer: 'prodigy' }).learningRate, 1);
    assert.ok(settle({ optimizer: 'lion' }).learningRate < settle({}).learningRate);
    assert.equal(settle({ optimizer: { kind: 'adamw', weightDecay: 0.1 } }).begin.optimizer, { kind: 'adamw', weightDecay: 0.1 });
    assert.match(
      refusal({ optimizer: { kind: 'lion', epsilon: 1e-8 } }),
      /^ERR_INVALID_ARGUMENT optimizer\.epsilon: expected to be left out with lion/,
    );
    assert.match(refusal({ optimizer: { kind: 'adafactor', beta2: 0.9 } }), /optimizer\.beta2/);
    assert.ok(hostBytes(1000, settle({ optimizer: 'prodigy', ema: 0.9 })) > hostBytes(1000, settle({})));
  });

  test('refuses what a family cannot do, and says what to do instead', () => {
    assert.is(settle({}, flux).batchSize, 1);
    assert.match(refusal({ batchSize: 2 }, flux), /^ERR_INVALID_ARGUMENT batchSize: expected at most 1, .*accumulation/);
    assert.match(refusal({ network: { textEncoder: true } }, flux), /^ERR_UNSUPPORTED network\.textEncoder: .*flux/);
    assert.match(refusal({ noise: { minSnr: 5 } }, flux), /^ERR_UNSUPPORTED noise\.minSnr/);
    assert.match(refusal({ steps: 10, warmup: 11 }), /^ERR_INVALID_ARGUMENT warmup: expected at most the 10 steps/);
    assert.match(
      refusal({ noise: { min: 0.5, max: 0.4 } }),
      /^ERR_INVALID_ARGUMENT noise\.max: expected more than noise\.min \(0\.5\), got 0\.4/,
    );
    assert.match(refusal({ network: { unet: false } }), /network\.unet: expected true/);
    assert.match(refusal({ validation: { patience: 3 } }), /validation\.patience: expected validation\.pictures beside it/);
    assert.match(refusal({ model: 'a', diffusionModel: 'b' }), /diffusionModel: expected to stand alone/);
    assert.match(refusal({ optimizer: 'sgd' }), /^ERR_INVALID_ARGUMENT optimizer: expected one of adamw, lion, adafactor, prodigy/);
    assert.match(refusal({ learnigRate: 1 }), /did you mean learningRate/);
  });
});
