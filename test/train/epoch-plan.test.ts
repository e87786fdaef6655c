import * as assert from 'uvu/assert';
import { planEpoch, stepsOfEpoch, walkPlan } from '../../lib/train/data/epoch-plan.ts';
import type { PlanItem, PlannedStep, PlanPosition } from '../../lib/train/index.ts';
import { suite } from '../harness.ts';

const item = (id: number, extra: Partial<PlanItem> = {}): PlanItem => ({
  id,
  bucket: '512x512',
  repeats: 1,
  frames: 1,
  role: 'train',
  ...extra,
});
const items = [
  ...Array.from({ length: 7 }, (_, id) => item(id, { repeats: 1 + (id % 3), frames: 4 })),
  ...Array.from({ length: 4 }, (_, id) => item(7 + id, { bucket: '576x448', frames: 4 })),
];
const options = { seed: 5, batchSize: 3, accumulation: 2 };

function take(count: number, position?: PlanPosition): PlannedStep[] {
  const walk = walkPlan(items, options, position);
  return Array.from({ length: count }, () => walk.next().value);
}

suite('train: plan of an epoch', (test) => {
  test('every picture occurs as often as it repeats, in batches of one bucket', () => {
    for (const epoch of [0, 1, 9]) {
      const batches = planEpoch(items, options, epoch);
      const pictures = batches.flatMap((batch) => batch.pictures);
      for (const { id, repeats } of items) {
        const own = pictures.filter((picture) => picture.id === id);
        assert.equal(
          own.map(({ repeat }) => repeat).sort(),
          Array.from({ length: repeats }, (_, repeat) => repeat),
        );
      }
      for (const { bucket, pictures: members } of batches) {
        assert.ok(members.length >= 1 && members.length <= 3);
        for (const { id } of members) assert.is(items[id]?.bucket, bucket);
      }
      assert.is(batches.filter(({ pictures: members }) => members.length < 3).length <= 2, true);
      assert.equal(
        pictures.map(({ index }) => index),
        pictures.map((_, index) => index),
      );
      assert.ok(pictures.every(({ frame }) => frame >= 0 && frame < 4));
    }
  });

  test('only the seed and the epoch determine the order', () => {
    const order = (seed: number, epoch: number) =>
      planEpoch(items, { ...options, seed }, epoch)
        .flatMap(({ pictures }) => pictures.map(({ id, frame }) => `${id}.${frame}`))
        .join(' ');
    assert.is(order(5, 0), order(5, 0));
    assert.is(new Set([order(5, 0), order(5, 1), order(6, 0)]).size, 3);
    assert.is(
      planEpoch(items, { ...options, shuffle: false, batchSize: 1 }, 3)
        .map(({ pictures }) => pictures[0]?.id)
        .join(''),
      '011222344555678910',
    );
  });

  test('continuing from the position after any step gives the same steps, also through JSON', () => {
    const whole = take(30);
    for (const stop of [1, 2, 3, 7, 13]) {
      const position = JSON.parse(JSON.stringify(whole[stop - 1]?.next)) as PlanPosition;
      assert.equal(take(30 - stop, position), whole.slice(stop));
    }
    assert.equal(
      whole.map(({ step }) => step),
      whole.map((_, index) => index + 1),
    );
  });

  test('no step crosses the end of its epoch', () => {
    const steps = stepsOfEpoch(items, options);
    const walked = take(steps * 3);
    assert.equal(
      walked.map(({ epoch }) => epoch),
      [0, 1, 2].flatMap((epoch) => Array.from({ length: steps }, () => epoch)),
    );
    assert.is(walked.filter(({ endsEpoch }) => endsEpoch).length, 3);
    assert.ok(walked.every(({ batches }) => batches.length >= 1 && batches.length <= 2));
  });

  test('class pictures: as many as training pictures, each equally often over the epochs', () => {
    const withClass = [item(0, { repeats: 3 }), item(1), ...Array.from({ length: 6 }, (_, id) => item(10 + id, { role: 'class' }))];
    const seen = new Map<number, number>();
    for (let epoch = 0; epoch < 6; epoch++) {
      const pictures = planEpoch(withClass, { seed: 1 }, epoch).flatMap((batch) => batch.pictures);
      assert.is(pictures.filter(({ role }) => role === 'train').length, 4);
      const others = pictures.filter(({ role }) => role === 'class');
      assert.is(others.length, 4);
      for (const { id } of others) seen.set(id, (seen.get(id) ?? 0) + 1);
    }
    assert.equal([...seen.values()], [4, 4, 4, 4, 4, 4]);
  });

  test('refuses a plan without training pictures and a position of another plan', () => {
    assert.throws(
      () => planEpoch([item(0, { role: 'class' })], options, 0),
      (error: Error) => /at least one picture of the role "train"/.test(error.message),
    );
    for (const batch of [100, 1])
      assert.throws(
        () => walkPlan(items, options, { epoch: 0, batch, step: 1 }).next(),
        (error: Error) => /The data set or the options changed/.test(error.message),
      );
  });
});
