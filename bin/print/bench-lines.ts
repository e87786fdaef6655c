/** Results of `bench` as lines. */
import {
  type BenchResult,
  type Comparison,
  figuresOf,
  isLeftOut,
  machineLines,
  othersBusy,
  peakOf,
  ratioText,
  short,
  slowdown,
  slowTask,
  spreadText,
  type TaskResult,
  throttledBy,
} from '../../lib/bench/index.ts';
import { alignColumns } from './ledger-table.ts';

const givenOptions = ({ engine: { backend, threads } }: BenchResult): string[] =>
  backend === undefined && threads === undefined ? [] : [`backend ${backend ?? 'default'}, threads ${threads ?? 'default'}`];

const probeLines = ({ probe }: BenchResult): string[] =>
  probe && probe.products.length > 0
    ? [`${probe.device}: products and convolutions at up to ${short(peakOf(probe))} TFLOP/s (the peak that shares are of)`]
    : [];

const tunedLines = ({ tasks }: BenchResult): string[] => {
  const settings = tasks.find(({ tuned }) => tuned)?.tuned;
  return settings
    ? [
        `tuned tasks: ${Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')} (ai-artist tune list)`,
      ]
    : [];
};

const stateOf = ({ id, status, reason }: TaskResult): string[] =>
  status === 'done' ? [] : [`${id} ${status}: ${reason ?? 'interrupted'}`];

/** isAsked: that certain tasks were asked for. */
export const hasFailed = ({ tasks }: BenchResult, isAsked: boolean): boolean =>
  tasks.some(({ status }) => status === 'failed' || (status === 'skipped' && isAsked));

export function resultLines(result: BenchResult): string[] {
  const rows = result.tasks.flatMap((task) =>
    figuresOf(task, result.probe).map(({ name, unit, spread }) => [task.id, name, spreadText(spread), unit]),
  );
  return [
    ...machineLines(result.machine, result.build),
    ...givenOptions(result),
    ...probeLines(result),
    ...tunedLines(result),
    '',
    ...alignColumns([['task', 'figure', 'median [quartiles]', 'unit'], ...rows]),
    ...result.tasks.flatMap(stateOf),
    ...(result.tasks.some(isLeftOut) ? ['Tasks that were skipped are measured all the same with --task NAME or --all'] : []),
  ];
}

/** Above this share of other programs the figures are not those of a quiet machine. */
const busy = 0.1;

/** What casts doubt on a result. */
export function doubtsOf({ tasks, isPartial }: BenchResult): string[] {
  const share = othersBusy(tasks);
  const slower = tasks.filter((task) => (slowdown(task) ?? 1) > slowTask).map(({ id }) => id);
  const throttled = tasks.flatMap((task) => throttledBy(task).map((reason) => `${task.id} (${reason})`));
  return [
    ...(isPartial ? ['interrupted: what was measured until then is kept'] : []),
    ...(share > busy
      ? [`other programs used up to ${Math.round(share * 100)} % of the processors meanwhile: measure again on a quiet machine`]
      : []),
    ...(slower.length > 0 ? [`slower at the end than at the beginning: ${slower.join(', ')}. The machine may be hot, or on battery`] : []),
    ...(throttled.length > 0 ? [`a device lowered its clocks: ${throttled.join(', ')}`] : []),
  ];
}

export function comparisonLines({ names, base, lines, notes }: Comparison): string[] {
  const head = ['task', 'figure', ...names.map((name, index) => (index === base ? `${name} (base)` : name))];
  const rows = lines.map(({ task, name, unit, cells }) => [
    task,
    `${name}, ${unit}`,
    ...cells.map((cell, index) =>
      cell ? spreadText(cell.spread) + (index === base ? '' : ` ${ratioText(cell.ratio, cell.isNoise)}`) : '–',
    ),
  ]);
  const pixels = lines.filter(({ differing }) => differing.length > 0).map(({ task }) => task);
  return [
    ...alignColumns([head, ...rows]),
    ...(pixels.length > 0 ? [`other pixels than the base: ${[...new Set(pixels)].join(', ')}`] : []),
    ...notes,
  ];
}
