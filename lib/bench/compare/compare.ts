/** Results of several machines or settings side by side. */
import { ArtistError } from '../../core/index.ts';
import { type Figure, figuresOf, slowdown, slowTask, throttledBy } from '../figures.ts';
import { short } from '../numbers.ts';
import type { BenchResult, TaskResult } from '../result/result.ts';
import { overlap, type Spread } from '../statistics.ts';
import { type Worth, worthFigures, worthText } from './worth.ts';

export interface Cell {
  readonly spread: Spread;
  /** How many times as good as the base: above 1, better. */
  readonly ratio: number;
  /** Whether two runs on one machine may differ so. */
  readonly isNoise: boolean;
}

export interface Line extends Pick<Figure, 'task' | 'name' | 'unit' | 'isRate'> {
  /** One for each result; undefined: it was not measured there. */
  readonly cells: readonly (Cell | undefined)[];
  /** Results whose picture has other pixels than that of the base. */
  readonly differing: readonly number[];
}

export interface Comparison {
  readonly names: readonly string[];
  /** Index of the base. */
  readonly base: number;
  readonly lines: readonly Line[];
  /** Tasks that were not measured somewhere or became slower, with the reason; prices and power that were given. */
  readonly notes: readonly string[];
}

/** Its label; else the GPU it ran on, or the processor. */
export function nameOf({ label, machine, engine }: BenchResult): string {
  const gpu = machine.devices.find(({ name }) => name === engine.backend) ?? machine.devices.find(({ type }) => type === 'gpu');
  return label ?? gpu?.description ?? machine.cpu;
}

/** Names that differ: the second "M4" is "M4 (2)". */
function different(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function checkComparable(results: readonly BenchResult[]): void {
  const versions = [...new Set(results.map(({ suite }) => suite.version))];
  if (versions.length > 1)
    throw new ArtistError(
      'ERR_INVALID_ARGUMENT',
      `files: expected results of one version of the suite, got ${versions.join(' and ')}. Measure again with one version of ai-artist`,
    );
  const recipes = new Map<string, string>();
  for (const { tasks } of results)
    for (const { id, recipe } of tasks) {
      const text = JSON.stringify(Object.entries(recipe).sort());
      if ((recipes.get(id) ?? text) !== text)
        throw new ArtistError('ERR_DAMAGED', `files: expected one recipe of ${id}, got two. One of the files was edited`);
      recipes.set(id, text);
    }
}

/** A task as a result has it, with its figures. */
interface Measured {
  readonly digest: string | undefined;
  readonly figures: ReadonlyMap<string, Figure>;
}

/** Two runs on one quiet machine, one after the other, differ by so much, rather than the repeats of one; what a process measures once, by more. */
const betweenRuns = { repeated: 1.07, once: 1.25 } as const;

function lineOf(figure: Figure, all: readonly (Measured | undefined)[], base: number): Line {
  const { task, name, unit, isRate } = figure;
  const spreads = all.map((one) => one?.figures.get(name)?.spread);
  const of = spreads[base];
  const cells = spreads.map((spread): Cell | undefined => {
    if (!spread) return undefined;
    const isUnknown = !of || of.median === 0 || spread.median === 0;
    const ratio = isUnknown ? Number.NaN : isRate ? spread.median / of.median : of.median / spread.median;
    const isNoise =
      of !== undefined && (overlap(spread, of) || Math.max(ratio, 1 / ratio) < betweenRuns[figure.isOnce ? 'once' : 'repeated']);
    return { spread, ratio, isNoise };
  });
  const digest = all[base]?.digest;
  const differing = all.flatMap((one, index) =>
    digest !== undefined && one?.digest !== undefined && one.digest !== digest ? [index] : [],
  );
  return { task, name, unit, isRate, cells, differing };
}

function doubtOf(task: TaskResult): string[] {
  const [slower, reasons] = [slowdown(task) ?? 1, throttledBy(task)];
  return [
    ...(task.status === 'done' ? [] : [`${task.status}: ${task.reason ?? 'interrupted'}`]),
    ...(slower > slowTask ? [`×${short(slower)} as slow in the last repeat as in the first`] : []),
    ...(reasons.length > 0 ? [`a device lowered its clocks (${reasons.join(', ')})`] : []),
  ];
}

/**
 * Compares results.
 *
 * @param base index of the result that the others are compared with
 * @param worth price and power of each, in the same order
 * @throws ArtistError ERR_INVALID_ARGUMENT: fewer than two, of different versions of the suite, or no such base; ERR_DAMAGED: a recipe was edited
 */
export function compareResults(results: readonly BenchResult[], base = 0, worth: readonly Worth[] = []): Comparison {
  if (results.length < 2) throw new ArtistError('ERR_INVALID_ARGUMENT', `files: expected at least 2 results, got ${results.length}`);
  if (!results[base]) throw new ArtistError('ERR_INVALID_ARGUMENT', `base: expected 1 to ${results.length}, got ${base + 1}`);
  checkComparable(results);
  const names = different(results.map(nameOf));
  const ids = [...new Set(results.flatMap(({ tasks }) => tasks.map(({ id }) => id)))];
  const tasksOf = (id: string): (TaskResult | undefined)[] => results.map(({ tasks }) => tasks.find((one) => one.id === id));
  const lines = ids.flatMap((id) => {
    const all = tasksOf(id).map((one, index): Measured | undefined => {
      if (!one) return undefined;
      const own = figuresOf(one, results[index]?.probe);
      const figures = [...own, ...worthFigures(own, worth[index] ?? {})];
      return { digest: one.digest, figures: new Map(figures.map((figure) => [figure.name, figure])) };
    });
    const figures = new Map(all.flatMap((one) => [...(one?.figures ?? [])]));
    return [...figures.values()].map((figure) => lineOf(figure, all, base));
  });
  const doubts = ids.flatMap((id) =>
    tasksOf(id).flatMap((one, index) => (one ? doubtOf(one).map((doubt) => `${names[index]}: ${id} ${doubt}`) : [])),
  );
  const notes = [...names.flatMap((name, index) => worthText(name, worth[index] ?? {})), ...doubts];
  return { names, base, lines, notes };
}
