import type { Artist } from '../lib/artist/loop/index.ts';
import { ArtistError } from '../lib/core/index.ts';
import {
  type DaemonEvent,
  formatDuration,
  formatMoment,
  type ScheduledTask,
  type TaskQueue,
  type TaskRunner,
} from '../lib/schedule/index.ts';
import type { Context } from './run.ts';
import { oneLine, paintOrder, recordedError } from './work-order.ts';

/** A work that was due days ago may have been filed then. */
const searchBackMs = 86_400_000;

/** Paints in this process. */
export function paintHere(artist: Artist): TaskRunner {
  return ({ dueAt, ...task }) => paintOrder({ ...task, since: dueAt - searchBackMs }, artist);
}

/** What a queue keeps of a work of the schedule. */
export interface HandedOver {
  order: ScheduledTask['payload'];
  rotation: ScheduledTask['payload'];
  since: number;
}

/** Hands each work to the workers of a queue and waits for it. A schedule that was restarted finds it there again. */
export function handOver(queue: TaskQueue): TaskRunner {
  return async ({ id, attempt, payload, rotation, dueAt, signal }) => {
    const work: HandedOver = { order: payload, rotation: rotation ?? null, since: dueAt - searchBackMs };
    // Tries again are the schedule's: it knows how many there may be.
    const known = await queue.add({ ...work }, { id, attempts: 1 });
    if (attempt > 1 && (known.state === 'failed' || known.state === 'cancelled')) await queue.retry(id);
    const ended = await queue.wait(id, { signal });
    if (ended.state === 'done') return ended.result;
    if (ended.state === 'cancelled') throw new ArtistError('ERR_ABORTED', 'the work was cancelled in the queue');
    throw recordedError(ended.code, ended.message);
  };
}

const secondsOf = (seconds: number): string => `${seconds.toFixed(1)} s`;

/** What happens, line by line. */
export function tellEvents({ note, warn }: Pick<Context, 'note' | 'warn'>): (event: DaemonEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'started':
        return note(`${event.runId}: begins${event.attempt > 1 ? ` (try ${event.attempt})` : ''}`);
      case 'work':
        return event.item.outcome === 'done'
          ? note(`${event.runId}: work ${event.item.index + 1} of ${event.job.count} done in ${secondsOf(event.item.seconds)}`)
          : warn(`${event.runId}: work ${event.item.index + 1} of ${event.job.count} failed: ${event.item.code}: ${event.item.message}`);
      case 'retry':
        return warn(`${event.occurrence.id}: again in ${formatDuration(event.delayMs)} (${event.code})`);
      case 'ended': {
        const { id, outcome, works } = event.record;
        const line = `${id}: ${outcome}, ${works.done} of ${works.due} works`;
        return outcome === 'done' ? note(line) : warn(line);
      }
      case 'missed': {
        const { count, dueAt, message } = event.record;
        return warn(
          `${event.job.id}: ${count > 1 ? `${count} runs missed, the first of` : 'missed, due'} ${formatMoment(dueAt, event.job.timeZone)}: ${message}`,
        );
      }
      case 'clock-jump':
        return warn(
          `the clock went ${event.byMs > 0 ? 'forward' : 'back'} by ${formatDuration(Math.abs(event.byMs))}, or the machine slept`,
        );
      case 'trouble':
        return warn(`the schedule cannot go on for the moment: ${oneLine(event.error)}`);
      case 'stopping':
        return note(event.running ? 'stopping; the work that is going on may end' : 'stopping');
      case 'due':
      case 'clock-back':
        return undefined;
    }
  };
}
