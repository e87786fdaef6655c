/** Runs tasks and writes down what they took. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtistError, nearest, removeTree, writeError } from '../core/index.ts';
import { EnergyMeter } from './energy/energy-meter.ts';
import { buildNow, machineNow } from './hardware/machine.ts';
import { TaskProcess } from './processes/task-process.ts';
import { type BenchResult, type Probe, resultVersion } from './result/result.ts';
import { type BenchEvent, measureAll } from './rounds.ts';
import { end, finished, startOf } from './running.ts';
import { type FoundModel, findGivenModel, type GivenModel, givenModelTask } from './tasks/given-model-task.ts';
import type { TunedOptions } from './tasks/paint-task.ts';
import { standardTasks, suiteVersion, tunedTasks } from './tasks/standard.ts';
import { type EngineOptions, type SuiteName, suiteNames, type Task } from './tasks/task.ts';

export interface BenchOptions {
  /** Default: all. */
  suites?: readonly SuiteName[];
  /** Only these tasks, whatever time and memory they take. */
  tasks?: readonly string[];
  /** Whatever time and memory the tasks take. */
  all?: boolean;
  /** Settings that `ai-artist tune` found for the bundled model: it is painted with them, too. */
  tuned?: TunedOptions;
  /** This model in place of the suite. */
  model?: GivenModel;
  /** Repeats of each task after the first, which warms up. Default 5, with `quick` 3. */
  repeats?: number;
  quick?: boolean;
  label?: string;
  engine?: EngineOptions;
  signal?: AbortSignal;
  onProgress?: (event: BenchEvent) => void;
}

const repeatsOf = ({ repeats, quick = false }: BenchOptions): number => repeats ?? (quick ? 3 : 5);

/** @throws ArtistError ERR_INVALID_ARGUMENT: there is no such task */
function tasksOf({ suites = suiteNames, tasks: ids, tuned }: BenchOptions, model: FoundModel | undefined): Task[] {
  if (model) return [givenModelTask(model)];
  const all = [...standardTasks, ...(tuned ? tunedTasks(tuned) : [])];
  const known = all.map(({ id }) => id);
  for (const id of ids ?? [])
    if (!known.includes(id)) {
      const meant = nearest(id, known);
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `task: expected one of ${known.join(', ')}, got ${JSON.stringify(id)}${meant === undefined ? '' : `. Did you mean ${meant}?`}`,
      );
    }
  return all.filter(({ id, suite }) => (ids ? ids.includes(id) : suites.includes(suite)));
}

/** undefined: the device cannot be measured, which its tasks will say, too; or the run is interrupted. */
async function probed(engine: EngineOptions, signal: AbortSignal): Promise<Probe | undefined> {
  if (signal.aborted) return undefined;
  const process = new TaskProcess(signal);
  try {
    return await process.probe(engine);
  } catch {
    return undefined;
  } finally {
    process.end();
  }
}

/**
 * Measures this machine. An interruption keeps what was measured, marked as partial.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when a number is out of range or a task unknown; ERR_NO_BINARY when the addon cannot be loaded; ERR_WRITE,
 *   ERR_DISK_FULL when the folder for temporary files cannot be written; of a given model every error of findGivenModel()
 */
export async function runBench(options: BenchOptions = {}): Promise<BenchResult> {
  const { quick = false, all = false, tasks, tuned, label, engine = {}, signal = new AbortController().signal } = options;
  const { onProgress = () => undefined } = options;
  const count = repeatsOf(options);
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `repeats: expected an integer from 1 to 1000, got ${count}`);
  const model = options.model && (await findGivenModel(options.model, signal));
  const running = tasksOf(options, model).map(startOf);
  const [machine, build] = [await machineNow(), buildNow()];
  const scratch = await mkdtemp(join(tmpdir(), 'ai-artist-bench-')).catch((error: unknown) => {
    throw writeError(tmpdir(), error);
  });
  const meter = await EnergyMeter.open();
  const meters = meter.names;
  const probe = await probed(engine, signal);
  let isPartial = false;
  try {
    const rounds = { count, quick, isAsked: all || tasks !== undefined, probe, onProgress };
    isPartial = signal.aborted || (await measureAll(running, rounds, { engine, model, tuned, scratch, meter, signal }));
  } finally {
    for (const one of running) end(one);
    meter.close();
    await removeTree(scratch, { inside: tmpdir() });
  }
  return {
    format: 'ai-artist-bench',
    version: resultVersion,
    suite: { version: suiteVersion, quick, names: suiteNames.filter((name) => running.some(({ task }) => task.suite === name)) },
    createdAt: new Date().toISOString(),
    ...(label !== undefined && { label }),
    isPartial,
    machine: { ...machine, ...(meters.length > 0 && { meters }) },
    ...(probe && { probe }),
    build,
    engine: { ...engine },
    tasks: running.map((one) => finished(one, isPartial)),
  };
}
