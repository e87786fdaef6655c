import { jobView } from '../../../lib/artist/index.ts';
import { dueTimes, ScheduleStore } from '../../../lib/schedule/index.ts';
import { text } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { jobRows } from '../../print/schedule/job-rows.ts';
import { command } from '../../shell/command.ts';

export const showCommand = command({
  required: { job: text('Id from `ai-artist schedule list`, or a name that only one job has') },
  examples: [
    ['$0 schedule show j1', 'When it runs, what it paints, its settings and results'],
    ['$0 schedule show j1 --json', 'The same for a script'],
  ],
  run: async ({ job: id }, { home }) => {
    const store = new ScheduleStore(home);
    const job = await store.get(id);
    const next = dueTimes(job, store.clock.now(), 3);
    return {
      json: { job: jobView(job), next: next.map((at) => new Date(at).toISOString()) },
      text: alignColumns(jobRows(job, next)),
    };
  },
});
