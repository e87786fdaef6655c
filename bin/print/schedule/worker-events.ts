import { errorLine } from '../../../lib/core/index.ts';
import type { WorkerEvent } from '../../../lib/schedule/index.ts';
import type { Context } from '../../shell/run.ts';

/** Events of a worker as lines of the log. */
export function tellTasks({ note, warn }: Pick<Context, 'note' | 'warn'>): (event: WorkerEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'started':
        return note(`${event.id}: begins`);
      case 'done':
      case 'cancelled':
        return note(`${event.id}: ${event.type}`);
      case 'failed':
        return warn(`${event.id}: failed: ${event.code}: ${event.message}${event.again ? '; it will be tried again' : ''}`);
      case 'lost':
        return warn(`${event.id}: given to another worker, because this one was silent for too long`);
      case 'trouble':
        return warn(`the queue cannot be reached at the moment: ${errorLine(event.error)}`);
    }
  };
}

/** Counts how tasks ended, without those that will be tried again. */
export function countTasks() {
  const counts = { done: 0, failed: 0, cancelled: 0, lost: 0 };
  const count = (event: WorkerEvent): void => {
    if (event.type === 'done' || event.type === 'cancelled' || event.type === 'lost') counts[event.type]++;
    if (event.type === 'failed' && !event.again) counts.failed++;
  };
  return { counts, count };
}
