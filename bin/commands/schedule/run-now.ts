import { isArtistError } from '../../../lib/core/index.ts';
import { ScheduleStore } from '../../../lib/schedule/index.ts';
import { text, toggle } from '../../flags/flags.ts';
import { command } from '../../shell/command.ts';
import { recordOf, runHere, runOutcome } from '../../steps/run-job.ts';

export const runNowCommand = command({
  required: { job: text('Id from `ai-artist schedule list`, or a name that only one job has') },
  flags: { wait: toggle('Wait for the end, and fail if the run failed') },
  examples: [
    ['$0 schedule run-now j1', 'A running schedule starts it within two seconds; without one it runs here'],
    ['$0 schedule run-now j1 --wait', 'Print the paths of the pictures; exit status 1 unless all works are done'],
  ],
  run: async ({ job, wait }, context) => {
    const store = new ScheduleStore(context.home);
    const { id } = await store.runNow(job);
    if (!(await store.daemon())) {
      try {
        return await runHere(store, id, context);
      } catch (error) {
        // A schedule that started a moment ago has taken it.
        if (!isArtistError(error, 'ERR_LOCKED') || !(await store.daemon())) throw error;
      }
    }
    if (wait) {
      const waiting = recordOf(store, id, context.signal);
      const record = await waiting.finally(() => {
        if (context.signal.aborted) context.note('the running schedule still paints it: this command only waited');
      });
      return runOutcome(record);
    }
    return { json: { run: { id } }, text: [id], notes: ['it begins within two seconds, or after the run that is going on'] };
  },
});
