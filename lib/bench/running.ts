/** Tasks while they are measured. */
import { isArtistError } from '../core/index.ts';
import type { EnergyMeter } from './energy/energy-meter.ts';
import { TaskProcess } from './processes/task-process.ts';
import type { TaskResult } from './result/result.ts';
import type { FoundModel } from './tasks/given-model-task.ts';
import type { TunedOptions } from './tasks/paint-task.ts';
import type { EngineOptions, Task } from './tasks/task.ts';

/** A task between its first repeat and its last. */
export interface Running {
  readonly task: Task;
  process?: TaskProcess;
  readonly result: TaskResult;
  readonly digests: Set<string>;
}

/** What a machine cannot do is left out with the reason; another failure is one, and the others are measured all the same. */
function fail({ result }: Running, error: unknown): void {
  const code = isArtistError(error) ? error.code : 'ERR_INTERNAL';
  const isLack = code === 'ERR_OUT_OF_MEMORY' || code === 'ERR_UNSUPPORTED' || code === 'ERR_MODEL_NOT_FOUND' || code === 'ERR_DISK_FULL';
  result.status = result.repeats.length > 0 ? 'partial' : isLack ? 'skipped' : 'failed';
  result.reason = `${code}: ${error instanceof Error ? error.message : String(error)}`;
}

/** Whether it was not tried: to try all the same can help. What failed has a code before its reason, and would again. */
export const isLeftOut = ({ status, reason }: TaskResult): boolean => status === 'skipped' && reason?.startsWith('ERR_') === false;

/** What all tasks of a run share. */
export interface Surroundings {
  readonly engine: EngineOptions;
  /** In place of the suite. */
  readonly model: FoundModel | undefined;
  readonly tuned: TunedOptions | undefined;
  /** A folder for what tasks write, which is removed at the end. */
  readonly scratch: string;
  readonly meter: EnergyMeter;
  readonly signal: AbortSignal;
}

export async function begin(running: Running, { engine, model, tuned, scratch, signal }: Surroundings): Promise<void> {
  running.process = new TaskProcess(signal);
  running.result.loadSeconds = await running.process.load(running.task.id, { engine, scratch, model, tuned });
  const { repeat } = await running.process.repeat();
  running.result.firstSeconds = repeat.seconds;
}

export async function goOn({ process, result, digests }: Running, { meter }: Surroundings): Promise<void> {
  if (!process) return; // it has failed
  const {
    result: { repeat, digest },
    told,
  } = await meter.during(() => process.repeat());
  result.repeats.push({ ...repeat, ...told });
  if (digest !== undefined) digests.add(digest);
}

export function end(running: Running): void {
  running.process?.end();
  delete running.process;
}

/** Does one step of a task; a failure ends this task, an interruption all. @returns whether the run was interrupted */
export async function attempt(running: Running, step: () => Promise<void>, signal: AbortSignal): Promise<boolean> {
  try {
    await step();
  } catch (error) {
    if (signal.aborted) return true;
    fail(running, error);
    end(running);
  }
  return false;
}

export function startOf(task: Task): Running {
  const { id, suite, recipe, tuned } = task;
  const result: TaskResult = { id, suite, recipe: { ...recipe }, ...(tuned && { tuned: { ...tuned } }), status: 'done', repeats: [] };
  return { task, result, digests: new Set() };
}

export function finished({ result, digests }: Running, isPartial: boolean): TaskResult {
  const [digest] = digests;
  if (isPartial && result.status === 'done') result.status = 'partial';
  return { ...result, ...(digests.size === 1 && digest !== undefined && { digest }) };
}
