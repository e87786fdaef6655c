import { ScheduleStore } from '../../../lib/schedule/index.ts';
import { text } from '../../flags/flags.ts';
import { changedJob, nextNote } from '../../print/schedule/edited.ts';
import { command } from '../../shell/command.ts';

const job = text('Id from `ai-artist schedule list`, or a name that only one job has');

export const removeCommand = command({
  required: { job },
  examples: [['$0 schedule remove j2', 'Its history stays; a run in progress finishes first']],
  run: async (values, { home }) => {
    const removed = await new ScheduleStore(home).remove(values.job);
    return removed ? changedJob(removed, 'removed') : { json: { job: null }, text: [values.job], notes: [`${values.job}: removed`] };
  },
});

export const pauseCommand = command({
  required: { job },
  examples: [['$0 schedule pause j2', 'Nothing of it is due, and nothing is missed, until resume']],
  run: async (values, { home }) => changedJob(await new ScheduleStore(home).pause(values.job), 'paused'),
});

export const resumeCommand = command({
  required: { job },
  examples: [['$0 schedule resume j2', 'What would have been due in the meantime is not made up for']],
  run: async (values, { home }) => {
    const store = new ScheduleStore(home);
    const resumed = await store.resume(values.job);
    return changedJob(resumed, `runs again; ${nextNote(resumed, store.clock.now())}`);
  },
});
