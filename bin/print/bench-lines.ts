/** Results of `bench` as lines. */
import {
  type BenchResult,
  type Comparison,
  figuresOf,
  othersBusy,
  ratioText,
  slowdown,
  spreadText,
  type TaskResult,
} from '../../lib/bench/index.ts';
import { alignColumns } from './ledger-table.ts';

export function machineLines({ machine, build, engine }: BenchResult): string[] {
  const gpus = machine.devices.filter(({ type }) => type !== 'cpu').map(({ description }) => description);
  return [
    [machine.cpu, `${machine.cores} cores`, `${Math.round(machine.memoryBytes / 2 ** 30)} GiB`, ...gpus].join(', '),
    machine.system,
    `ai-artist ${build.version}, ${build.engine}, ggml ${build.ggml}, gpu ${build.gpu}, ${build.compiler}`,
    ...(engine.backend !== undefined || engine.threads !== undefined
      ? [`backend ${engine.backend ?? 'default'}, threads ${engine.threads ?? 'default'}`]
      : []),
  ];
}

const stateOf = ({ id, status, reason }: TaskResult): string[] =>
  status === 'done' ? [] : [`${id} ${status}: ${reason ?? 'interrupted'}`];

export function resultLines(result: BenchResult): string[] {
  const rows = result.tasks.flatMap((task) => figuresOf(task).map(({ name, unit, spread }) => [task.id, name, spreadText(spread), unit]));
  return [
    ...machineLines(result),
    '',
    ...alignColumns([['task', 'figure', 'median [quartiles]', 'unit'], ...rows]),
    ...result.tasks.flatMap(stateOf),
  ];
}

/** Above this share of other programs the figures are not those of a quiet machine. */
const busy = 0.1;
/** A last repeat that is so much slower than the first is the mark of a hot machine. */
const slow = 1.15;

/** What casts doubt on a result. */
export function doubtsOf({ tasks, isPartial }: BenchResult): string[] {
  const share = othersBusy(tasks);
  const slower = tasks.filter((task) => (slowdown(task) ?? 1) > slow).map(({ id }) => id);
  return [
    ...(isPartial ? ['interrupted: what was measured until then is kept'] : []),
    ...(share > busy
      ? [`other programs used up to ${Math.round(share * 100)} % of the processors meanwhile: measure again on a quiet machine`]
      : []),
    ...(slower.length > 0 ? [`slower at the end than at the beginning: ${slower.join(', ')}. The machine may be hot, or on battery`] : []),
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
