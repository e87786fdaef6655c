/** What a machine tries, and the rate of a task against the peak of its device. */
import { equal, is, match, ok } from 'uvu/assert';
import { figuresOf, type TaskResult } from '../../lib/bench/index.ts';
import { estimatedSeconds, lackOf, usableMemory } from '../../lib/bench/limits.ts';
import { peakOf } from '../../lib/bench/peak.ts';
import { standardTasks } from '../../lib/bench/tasks/standard.ts';
import { suite } from '../harness.ts';

const probe = (tflops: number) => ({
  device: 'CPU',
  products: [
    { type: 'f32', size: 1024, tflops: tflops / 2 },
    { type: 'f16', size: 1024, tflops },
  ],
});
const sdxl = standardTasks.find(({ id }) => id === 'paint/sdxl-1024');
const needs = sdxl?.needs;

suite('bench: limits', (test) => {
  test('a model that does not fit, or takes too long, is left out with what it needs', () => {
    if (!needs) throw new Error('no task');
    const lack = (memoryBytes: number, tflops: number, seconds: number): string | undefined =>
      lackOf(needs, estimatedSeconds(needs, probe(tflops), 6, 0), { memoryBytes, seconds, probe: probe(tflops) });
    is(lack(16e9, 50, 900), undefined);
    match(lack(8e9, 50, 900) ?? '', /^it needs about 14\.1 GB of memory, and 8\.00 GB can be used here$/);
    match(lack(16e9, 0.1, 900) ?? '', /^it would take about 163 min here \(65\.0 TFLOP a repeat on 0\.10 TFLOP\/s\), and 15 min are left/);
    match(lack(16e9, 0, 900) ?? '', /not known, because products could not be measured/);
  });

  test('files that are missing count as time, too', () => {
    if (!needs) throw new Error('no task');
    is(Math.round(estimatedSeconds(needs, probe(1), 1, 5e9) - estimatedSeconds(needs, probe(1), 1, 0)), 10);
  });

  test('the memory of this machine is known', () => ok(usableMemory({}) > 1e8));

  test('operations by seconds are a rate, and its share is of the fastest product', () => {
    const repeat = { seconds: 4, cpuSeconds: 4, parts: { sample: 3 }, othersBusy: 0, peakBytes: 1, deviceBytes: 0, operations: 2e12 };
    const task: TaskResult = {
      id: 'paint/x',
      suite: 'paint',
      recipe: { steps: 6 },
      status: 'done',
      repeats: [repeat],
      loadSeconds: 1,
      firstSeconds: 5,
    };
    const figures = new Map(figuresOf(task, probe(2)).map(({ name, spread, unit }) => [name, `${spread.median} ${unit}`]));
    equal(
      ['arithmetic', 'share of peak', 'step', 'load', 'load and first picture', 'device memory'].map((name) => figures.get(name)),
      ['0.5 TFLOP/s', '25 %', '0.5 s', '1 s', '6 s', undefined],
    );
    is(peakOf(undefined), 0);
    is(peakOf({ ...probe(2), convolution: { type: 'f16', channels: 256, tflops: 3 } }), 3);
    const alone = new Set(figuresOf(task).map(({ name }) => name));
    ok(alone.has('arithmetic') && !alone.has('share of peak'));
  });
});
