import { recordView } from '../../../lib/artist/index.ts';
import { ArtistError } from '../../../lib/core/index.ts';
import { ScheduleStore, scheduleFigures, shownTimeZone } from '../../../lib/schedule/index.ts';
import { hookCallsByWork } from '../../../lib/service/index.ts';
import { number, text, toggle } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { failedHooks, hooksOfRun } from '../../print/schedule/hook-rows.ts';
import { figuresLine, recordCells } from '../../print/schedule/job-view.ts';
import { command } from '../../shell/command.ts';

export const historyCommand = command({
  optional: { job: text('Only this job, even if it was removed') },
  flags: {
    limit: number('Number of runs, newest first, 1..1000. Default: 20'),
    failed: toggle('Only runs that failed, in full or in part, or were missed'),
  },
  examples: [
    ['$0 schedule history', 'The last twenty runs'],
    ['$0 schedule history j1 --failed', 'What went wrong, with codes and messages'],
  ],
  run: async ({ job, limit = 20, failed }, { home }) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `--limit: expected an integer 1..1000, got ${limit}`);
    const store = new ScheduleStore(home);
    const all = await store.history({ id: job, limit: 1000 });
    const records = all.filter(({ outcome }) => failed !== true || (outcome !== 'done' && outcome !== 'cancelled')).slice(0, limit);
    const zones = new Map((await store.list()).map(({ id, timeZone }) => [id, timeZone]));
    const calls = await hookCallsByWork(home);
    const figures = scheduleFigures(all, store.clock.now());
    return {
      json: { runs: records.map((record) => ({ ...recordView(record), hooks: hooksOfRun(record, calls) })), figures },
      text: alignColumns(
        records.map((record) => {
          const [due = '', id = '', outcome = '', how = ''] = recordCells(record, zones.get(record.jobId) ?? shownTimeZone());
          return [due, id, outcome, `${how}${failedHooks(hooksOfRun(record, calls))}`];
        }),
      ),
      notes: [...(records.length === 0 ? ['nothing has run yet'] : []), figuresLine(figures)],
    };
  },
});
