import { ArtistError } from '../../../lib/core/index.ts';
import { formatMoment, ScheduleStore } from '../../../lib/schedule/index.ts';
import { number, text } from '../../flags/flags.ts';
import { alignColumns } from '../../print/ledger-table.ts';
import { command } from '../../shell/command.ts';

export const nextCommand = command({
  optional: { job: text('Only this job') },
  flags: { limit: number('Number of runs, 1..1000. Default: 10') },
  examples: [
    ['$0 schedule next', 'The next ten runs of all jobs'],
    ['$0 schedule next j1 --limit 40', 'Of one job, across a clock change'],
  ],
  run: async ({ job, limit = 10 }, { home }) => {
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `--limit: expected an integer 1..1000, got ${limit}`);
    const runs = await new ScheduleStore(home).next(limit, job);
    return {
      json: { runs: runs.map(({ at, ...run }) => ({ ...run, at: new Date(at).toISOString(), local: formatMoment(at, run.timeZone) })) },
      text: alignColumns(runs.map(({ at, timeZone, jobId, name }) => [formatMoment(at, timeZone), jobId, `${name}  ${timeZone}`])),
      notes: runs.length === 0 ? ['no runs are coming'] : [],
    };
  },
});
