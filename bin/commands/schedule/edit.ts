import { formatMoment, type Job, nextRuns, ScheduleStore } from '../../../lib/schedule/index.ts';
import { command } from '../../command.ts';
import { text } from '../../flags.ts';
import type { Outcome } from '../../run.ts';
import { jobView } from './view.ts';

const job = text('Id, as `ai-artist schedule list` shows it, or a name that only one job has');

function outcome(changed: Job, note: string): Outcome {
  return { json: { job: jobView(changed) }, text: [changed.id], notes: [`${changed.id} (${changed.name}): ${note}`] };
}

export const removeCommand = command({
  required: { job },
  examples: [['$0 schedule remove j2', 'Its history stays; a run that is going on ends first']],
  run: async (values, { home }) => outcome(await new ScheduleStore(home).remove(values.job), 'removed'),
});

export const pauseCommand = command({
  required: { job },
  examples: [['$0 schedule pause j2', 'Nothing of it is due, and nothing is missed, until resume']],
  run: async (values, { home }) => outcome(await new ScheduleStore(home).pause(values.job), 'paused'),
});

export const resumeCommand = command({
  required: { job },
  examples: [['$0 schedule resume j2', 'What would have been due in the meantime is not made up for']],
  run: async (values, { home }) => {
    const store = new ScheduleStore(home);
    const resumed = await store.resume(values.job);
    const [next] = nextRuns(resumed, store.clock.now(), 1);
    return outcome(resumed, `goes on; next ${next === undefined ? 'never' : formatMoment(next, resumed.timeZone)}`);
  },
});
