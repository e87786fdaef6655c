import { counted, errorLine, type Scope, withScope } from '../../../lib/core/index.ts';
import { type DaemonEvent, formatDuration, formatMoment, type ScheduleStore } from '../../../lib/schedule/index.ts';
import type { Context } from '../../shell/run.ts';

const secondsOf = (seconds: number): string => `${seconds.toFixed(1)} s`;

/** Events of a schedule as lines of the log. */
export function tellEvents({ note, warn }: Pick<Context, 'note' | 'warn'>): (event: DaemonEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'started':
        return note(`${event.runId}: started${event.attempt > 1 ? ` (try ${event.attempt})` : ''}`);
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
        return warn(`the schedule cannot continue at the moment: ${errorLine(event.error)}`);
      case 'stopping':
        return note(event.running ? 'stopping; waiting for the work in progress' : 'stopping');
      case 'due':
      case 'clock-back':
        return undefined;
    }
  };
}

/** Job and run of an event, for the lines of the log. */
function scopeOf(event: DaemonEvent): Scope {
  const job = 'job' in event ? event.job?.id : undefined;
  if ('runId' in event) return { job, run: event.runId };
  if ('occurrence' in event) return { job, run: event.occurrence.id };
  return 'record' in event ? { job: event.record.jobId, run: event.record.id } : {};
}

/** Shows the events of a schedule, each under its job and run, and counts how runs ended. */
export function followSchedule(context: Pick<Context, 'note' | 'warn'>) {
  const counts = { done: 0, partial: 0, failed: 0, missed: 0, cancelled: 0 };
  const tell = tellEvents(context);
  const onEvent = (event: DaemonEvent): void => {
    if (event.type === 'ended' || event.type === 'missed') counts[event.record.outcome] += event.record.count;
    withScope(scopeOf(event), () => tell(event));
  };
  return { counts, onEvent };
}

/** `2 jobs; next Tue 2026-12-01 09:00 +01:00, morning` */
export async function comingLine(store: ScheduleStore): Promise<string> {
  const [next] = await store.next(1);
  const jobs = (await store.list()).length;
  return `${counted(jobs, 'job')}; next ${next ? `${formatMoment(next.at, next.timeZone)}, ${next.name}` : 'nothing: ai-artist schedule add daily 09:00'}`;
}
