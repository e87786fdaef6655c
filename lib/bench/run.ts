/** Runs tasks in turns and writes down what they took. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtistError, isArtistError, removeTree, writeError } from '../core/index.ts';
import { EnergyMeter } from './energy/energy-meter.ts';
import { buildNow, machineNow } from './hardware/machine.ts';
import { TaskProcess } from './processes/task-process.ts';
import { type BenchResult, resultVersion, type TaskResult } from './result/result.ts';
import { standardTasks, suiteVersion } from './tasks/standard.ts';
import { type EngineOptions, type SuiteName, suiteNames, type Task } from './tasks/task.ts';

export interface BenchOptions {
  /** Default: all. */
  suites?: readonly SuiteName[];
  /** Repeats of each task after the first, which warms up. Default 5, with `quick` 3. */
  repeats?: number;
  quick?: boolean;
  label?: string;
  engine?: EngineOptions;
  signal?: AbortSignal;
  /** Hears what is measured next; `of` counts all repeats and loads. */
  onProgress?: (event: { task: string; at: number; of: number }) => void;
}

const repeatsOf = ({ repeats, quick = false }: BenchOptions): number => repeats ?? (quick ? 3 : 5);

/** A task between its first repeat and its last. */
interface Running {
  readonly task: Task;
  process?: TaskProcess;
  readonly result: TaskResult;
  readonly digests: Set<string>;
}

/** What a machine cannot do is left out with the reason; another failure is one, and the others are measured all the same. */
function fail({ result }: Running, error: unknown): void {
  const code = isArtistError(error) ? error.code : 'ERR_INTERNAL';
  const isLack = code === 'ERR_OUT_OF_MEMORY' || code === 'ERR_UNSUPPORTED' || code === 'ERR_MODEL_NOT_FOUND';
  result.status = result.repeats.length > 0 ? 'partial' : isLack ? 'skipped' : 'failed';
  result.reason = `${code}: ${error instanceof Error ? error.message : String(error)}`;
}

/** What all tasks of a run share. */
interface Surroundings {
  readonly engine: EngineOptions;
  /** A folder for what tasks write, which is removed at the end. */
  readonly scratch: string;
  readonly meter: EnergyMeter;
  readonly signal: AbortSignal;
}

async function begin(running: Running, { engine, scratch, signal }: Surroundings): Promise<void> {
  running.process = new TaskProcess(signal);
  running.result.loadSeconds = await running.process.load(running.task.id, engine, scratch);
  const { repeat } = await running.process.repeat();
  running.result.firstSeconds = repeat.seconds;
}

async function goOn({ process, result, digests }: Running, { meter }: Surroundings): Promise<void> {
  if (!process) return; // it has failed
  const {
    result: { repeat, digest },
    told,
  } = await meter.during(() => process.repeat());
  result.repeats.push({ ...repeat, ...told });
  if (digest !== undefined) digests.add(digest);
}

function end(running: Running): void {
  running.process?.end();
  delete running.process;
}

/** Does one step of a task; a failure ends this task, an interruption all. @returns whether the run was interrupted */
async function attempt(running: Running, step: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await step();
  } catch (error) {
    if (signal.aborted) return true;
    fail(running, error);
    end(running);
  }
  return false;
}

/** Loads every task and repeats them in turns, so that a machine that slows down slows all of them alike. */
async function measureAll(all: readonly Running[], options: BenchOptions, around: Surroundings): Promise<boolean> {
  const { onProgress } = options;
  const { signal } = around;
  const rounds = repeatsOf(options);
  const of = all.length * (rounds + 1);
  let at = 0;
  const tell = ({ task: { id } }: Running): void => onProgress?.({ task: id, at: at++, of });
  for (const one of all) {
    tell(one);
    if (await attempt(one, () => begin(one, around), signal)) return true;
  }
  for (let round = 0; round < rounds; round++)
    for (const one of all) {
      tell(one);
      if (await attempt(one, () => goOn(one, around), signal)) return true;
    }
  return false;
}

function finished({ result, digests }: Running, isPartial: boolean): TaskResult {
  const [digest] = digests;
  if (isPartial && result.status === 'done') result.status = 'partial';
  return { ...result, ...(digests.size === 1 && digest !== undefined && { digest }) };
}

/**
 * Measures this machine. An interruption keeps what was measured, marked as partial.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when a number is out of range; ERR_NO_BINARY when the addon cannot be loaded; ERR_WRITE, ERR_DISK_FULL when
 *   the folder for temporary files cannot be written
 */
export async function runBench(options: BenchOptions = {}): Promise<BenchResult> {
  const { suites = suiteNames, quick = false, label, engine = {}, signal = new AbortController().signal } = options;
  const rounds = repeatsOf(options);
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 1000)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `repeats: expected an integer from 1 to 1000, got ${rounds}`);
  const [machine, build] = [await machineNow(), buildNow()];
  const running = standardTasks
    .filter(({ suite }) => suites.includes(suite))
    .map((task): Running => {
      const { id, suite, recipe } = task;
      return { task, result: { id, suite, recipe: { ...recipe }, status: 'done', repeats: [] }, digests: new Set() };
    });
  const scratch = await mkdtemp(join(tmpdir(), 'ai-artist-bench-')).catch((error: unknown) => {
    throw writeError(tmpdir(), error);
  });
  const meter = await EnergyMeter.open();
  const meters = meter.names;
  let isPartial = false;
  try {
    isPartial = await measureAll(running, options, { engine, scratch, meter, signal });
  } finally {
    for (const one of running) end(one);
    meter.close();
    await removeTree(scratch, { inside: tmpdir() });
  }
  return {
    format: 'ai-artist-bench',
    version: resultVersion,
    suite: { version: suiteVersion, quick, names: suiteNames.filter((name) => suites.includes(name)) },
    createdAt: new Date().toISOString(),
    ...(label !== undefined && { label }),
    isPartial,
    machine: { ...machine, ...(meters.length > 0 && { meters }) },
    build,
    engine: { ...engine },
    tasks: running.map((one) => finished(one, isPartial)),
  };
}
