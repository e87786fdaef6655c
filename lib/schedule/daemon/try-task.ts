import type { Clock } from '../../core/index.ts';
import type { RunItem } from '../job.ts';
import { describeFailure } from '../retry.ts';
import type { ScheduledTask, TaskRunner } from './types.ts';

/** Result of a try that was aborted because the daemon stops. */
export const stopped = Symbol('stopped');

/** Does one work and describes how it ended. Never rejects: an error of `run` becomes a failed item. */
export async function tryTask(
  run: TaskRunner,
  task: ScheduledTask,
  { clock, abortWithinMs }: { clock: Clock; abortWithinMs: number },
): Promise<RunItem | typeof stopped> {
  const { index, signal } = task;
  const started = clock.monotonic();
  const seconds = (): number => Math.max(0, clock.monotonic() - started) / 1000;
  try {
    const work = Promise.resolve().then(() => run(task));
    const result = await unlessAborted(work, signal, abortWithinMs);
    return { index, outcome: 'done', seconds: seconds(), ...(result !== undefined && { result }) };
  } catch (error) {
    if (signal.aborted) return stopped;
    return { index, outcome: 'failed', seconds: seconds(), ...describeFailure(error) };
  }
}

/** Waits for `work`, but at most `afterMs` after the signal aborts: a runner that ignores the signal must not keep the daemon alive. */
async function unlessAborted<R>(work: Promise<R>, signal: AbortSignal, afterMs: number): Promise<R> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => (timer = setTimeout(() => reject(signal.reason), afterMs)), { once: true });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
