/** What is read off a result: the figures that people compare. */
import { peakOf } from './peak.ts';
import type { Probe, Repeat, TaskResult } from './result/result.ts';
import { type Spread, spreadOf } from './statistics.ts';
import type { SuiteName } from './tasks/task.ts';

export interface Figure {
  /** `paint/mini-128` */
  readonly task: string;
  readonly name: string;
  readonly unit: string;
  /** Whether more is better. */
  readonly isRate: boolean;
  readonly spread: Spread;
  /** A process has one value, whatever its repeats: how far that of the next would be from it is not known. */
  readonly isOnce?: boolean;
}

interface Measure {
  name: string;
  unit: string;
  isRate: boolean;
  /** undefined: the repeat does not tell. */
  of: (repeat: Repeat, recipe: TaskResult['recipe']) => number | undefined;
  isOnce?: boolean;
}

const mebibyte = 2 ** 20;
const part =
  (name: string): Measure['of'] =>
  (repeat) =>
    repeat.parts[name];
const perSecond =
  (count: string, name: string): Measure['of'] =>
  (repeat, recipe) => {
    const [amount, took] = [Number(recipe[count]), repeat.parts[name]];
    return took !== undefined && took > 0 ? amount / took : undefined;
  };
const ratioOf = (above: number | undefined, below: number): number | undefined =>
  above === undefined || below <= 0 ? undefined : above / below;
const teraflops: Measure['of'] = ({ operations, seconds }) => ratioOf(operations, seconds * 1e12);
/** Of a training run, by which people compare machines. */
const longRun = 2000;
const secondsOfStep: Measure['of'] = ({ parts }, { steps }) => (parts.steps === undefined ? undefined : parts.steps / Number(steps));
const projectedMinutes = (step: number | undefined): number | undefined => (step === undefined ? undefined : (step * longRun) / 60);
const energyOf = ({ joules }: Repeat): number | undefined => joules && Object.values(joules).reduce((sum, part) => sum + part, 0);
const peakMemory: Measure = { name: 'peak memory', unit: 'MiB', isRate: false, isOnce: true, of: ({ peakBytes }) => peakBytes / mebibyte };
const common: readonly Measure[] = [
  { name: 'processor time', unit: 's', isRate: false, of: ({ cpuSeconds }) => cpuSeconds },
  { name: 'energy', unit: 'J', isRate: false, of: energyOf },
  { name: 'power', unit: 'W', isRate: false, of: (repeat) => ratioOf(energyOf(repeat), repeat.seconds) },
  peakMemory,
  { name: 'device memory', unit: 'MiB', isRate: false, of: ({ deviceBytes }) => (deviceBytes > 0 ? deviceBytes / mebibyte : undefined) },
  { name: 'arithmetic', unit: 'TFLOP/s', isRate: true, of: teraflops },
];

const measures: Readonly<Record<SuiteName, readonly Measure[]>> = {
  paint: [
    { name: 'steps', unit: 'it/s', isRate: true, of: perSecond('steps', 'sample') },
    { name: 'step', unit: 's', isRate: false, of: ({ parts }, { steps }) => ratioOf(parts['sample'], Number(steps)) },
    { name: 'text encoding', unit: 's', isRate: false, of: part('encode') },
    { name: 'VAE decode', unit: 's', isRate: false, of: part('decode') },
    { name: 'pictures', unit: '1/min', isRate: true, of: ({ seconds }) => 60 / seconds },
    ...common,
  ],
  train: [
    { name: 'step', unit: 's', isRate: false, of: secondsOfStep },
    { name: `${longRun} such steps`, unit: 'min', isRate: false, of: (...repeat) => projectedMinutes(secondsOfStep(...repeat)) },
    ...common,
  ],
  upscale: [{ name: 'one picture', unit: 's', isRate: false, of: ({ seconds }) => seconds }, ...common],
  clip: [
    { name: 'pictures', unit: '1/s', isRate: true, of: perSecond('pictures', 'pictures') },
    { name: 'texts', unit: '1/s', isRate: true, of: perSecond('texts', 'texts') },
    ...common,
  ],
  gallery: [
    { name: 'works filed', unit: '1/s', isRate: true, of: perSecond('filed', 'file') },
    { name: 'searches', unit: '1/s', isRate: true, of: perSecond('searches', 'search') },
    { name: 'pages of a list', unit: '1/s', isRate: true, of: perSecond('pages', 'page') },
    ...common,
  ],
  start: [
    { name: 'import', unit: 's', isRate: false, of: part('import') },
    { name: 'load', unit: 's', isRate: false, of: part('load') },
    { name: 'first picture', unit: 's', isRate: false, of: ({ seconds }) => seconds },
  ],
};

const single = (value: number): Spread => ({ median: value, low: value, high: value });

/** What happens once: loading, and what somebody waits for until the first result. The task `start` measures both in each repeat. */
function onceOf({ id, suite, loadSeconds, firstSeconds }: TaskResult): Figure[] {
  if (suite === 'start' || loadSeconds === undefined) return [];
  const one = (name: string, value: number): Figure => ({
    ...{ task: id, name, unit: 's', isRate: false, spread: single(value), isOnce: true },
  });
  const first = suite === 'paint' && firstSeconds !== undefined ? [one('load and first picture', loadSeconds + firstSeconds)] : [];
  return [one('load', loadSeconds), ...first];
}

/**
 * The figures of a task, in a fixed order; [] where nothing was measured.
 *
 * @param probe of the same run: what the share of the peak is of
 */
export function figuresOf(task: TaskResult, probe?: Probe): Figure[] {
  const { id, suite, recipe, repeats } = task;
  if (repeats.length === 0) return [];
  const peak = peakOf(probe);
  const share: Measure = {
    ...{ name: 'share of peak', unit: '%', isRate: true },
    of: (...repeat) => (peak > 0 ? ratioOf(teraflops(...repeat), peak / 100) : undefined),
  };
  const spreads = [...measures[suite], share].flatMap(({ name, unit, isRate, isOnce = false, of }): Figure[] => {
    const spread = spreadOf(repeats.flatMap((repeat) => of(repeat, recipe) ?? []));
    return spread ? [{ task: id, name, unit, isRate, spread, isOnce }] : [];
  });
  return [...spreads, ...onceOf(task)];
}

/** Why devices lowered their clocks during repeats of a task, where they tell. */
export const throttledBy = ({ repeats }: TaskResult): string[] => [...new Set(repeats.flatMap(({ throttled = [] }) => throttled))];

/** A last repeat that is so much slower than the first is the mark of a hot machine. */
export const slowTask = 1.15;

/** Of the first and the last repeat: above 1, the machine became slower, as a hot one does. undefined: fewer than three repeats. */
export function slowdown({ repeats }: TaskResult): number | undefined {
  const [first, last] = [repeats[0], repeats.at(-1)];
  return first && last && repeats.length >= 3 ? last.seconds / first.seconds : undefined;
}

/** The largest share of the processors that other programs used during a repeat. */
export const othersBusy = (tasks: readonly TaskResult[]): number =>
  Math.max(0, ...tasks.flatMap(({ repeats }) => repeats.map((repeat) => repeat.othersBusy)));
