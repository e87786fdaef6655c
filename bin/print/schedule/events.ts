import { counted, errorLine } from '../../../lib/core/index.ts';
import { type DaemonEvent, formatDuration, formatMoment } from '../../../lib/schedule/index.ts';
import type { Context } from '../../shell/run.ts';

const secondsOf = (seconds: number): string => `${seconds.toFixed(1)} s`;

/** Events of a schedule as lines of the log. */
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
        const line = `${id}: ${outcome}, ${works.done} of ${counted(works.due, 'work')}`;
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
        return warn(`the schedule cannot go on for the moment: ${errorLine(event.error)}`);
      case 'stopping':
        return note(event.running ? 'stopping; waiting for the work in progress' : 'stopping');
      case 'due':
      case 'clock-back':
        return undefined;
    }
  };
}
