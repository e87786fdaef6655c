/** Two ways to paint the works of a schedule: in this process, or by the workers of a queue. */
import { ArtistError, errorLine, isArtistError, recordedError, systemClock } from '../../core/index.ts';
import type { QueuedTask, ScheduledTask, TaskQueue, TaskRunner } from '../../schedule/index.ts';
import type { Artist } from '../loop/artist.ts';
import { paintOrder } from './paint-order.ts';

/** How far back workers of the previous version search for a work that is already filed. */
const searchBackMs = 86_400_000;

/** Runs the works of a schedule in this process: ScheduleDaemon.start({ store, run: paintHere(artist) }). */
export function paintHere(artist: Artist): TaskRunner {
  return (task) => paintOrder(task, artist);
}

/** What a queue stores for a work of the schedule. */
interface HandedOver {
  order: ScheduledTask['payload'];
  rotation: ScheduledTask['payload'];
  since: number;
}

/** Pause before a lost task is added again. After a lost connection, workers report what they filed again within two seconds. */
const afterLossMs = 5000;
const againMs = 1000;

/** Whether the task comes from a version whose task ids did not name their home. */
const isOld = (id: string): boolean => !/^h[0-9a-z]{10}\./.test(id);

export interface HandOverOptions {
  /** Opens the queue of older versions, whose task ids did not name their home. Default: `queue` itself. */
  oldQueue?: (() => Promise<TaskQueue>) | undefined;
  warn: (line: string) => void;
}

/**
 * Hands each work to the workers of a queue and waits for its result. A restarted schedule finds the work in the queue again. If the queue
 * cannot be reached, this waits for it. After any other error the work is cancelled in the queue.
 */
export function handOver(queue: TaskQueue, { oldQueue, warn }: HandOverOptions): TaskRunner {
  return async ({ id, attempt, payload, rotation, dueAt, signal }) => {
    const there = oldQueue && isOld(id) ? await oldQueue() : queue;
    const work: HandedOver = { order: payload, rotation: rotation ?? null, since: dueAt - searchBackMs };
    const ask = <R>(question: () => Promise<R>): Promise<R> => untilReached(question, signal, warn);
    // Only the schedule retries: it knows how many tries are allowed.
    const add = (): Promise<QueuedTask> => ask(() => there.add({ ...work }, { id, attempts: 1 }));
    try {
      const known = await add();
      if (attempt > 1 && (known.state === 'failed' || known.state === 'cancelled')) await ask(() => there.retry(id));
      const ended = await waitFor(there, { id, signal, warn, add });
      if (ended.state === 'done') return ended.result;
      if (ended.state === 'cancelled') throw new ArtistError('ERR_ABORTED', 'the work was cancelled in the queue');
      throw recordedError(ended.code, ended.message);
    } catch (error) {
      // A stopped schedule will find the task again. A task it records as failed must not be painted later.
      if (!signal.aborted && !isArtistError(error, 'ERR_ALREADY_EXISTS')) await there.cancel(id).catch(() => undefined);
      throw error;
    } finally {
      if (there !== queue) await there.close();
    }
  };
}

interface Waiting {
  id: string;
  signal: AbortSignal;
  warn: (line: string) => void;
  add: () => Promise<QueuedTask>;
}

/** Waits until the task has ended. If Redis came back without the task, adds it again. */
async function waitFor(queue: TaskQueue, { id, signal, warn, add }: Waiting): Promise<QueuedTask> {
  for (;;) {
    try {
      return await queue.wait(id, { signal });
    } catch (error) {
      if (!isArtistError(error, 'ERR_NOT_FOUND')) throw error;
    }
    warn(`${id}: the queue does not know this work any more; it is added again in ${afterLossMs / 1000} s`);
    await systemClock.sleep(afterLossMs, { signal });
    await add();
  }
}

/** Repeats the call until the queue can be reached. */
async function untilReached<R>(question: () => Promise<R>, signal: AbortSignal, warn: (line: string) => void): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await question();
    } catch (error) {
      if (!isArtistError(error, 'ERR_NETWORK')) throw error;
      if (attempt === 1) warn(`the queue is out of reach, the run waits for it: ${errorLine(error)}`);
    }
    await systemClock.sleep(againMs, { signal });
  }
}
