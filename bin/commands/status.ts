import { recordView } from '../../lib/artist/index.ts';
import { packageVersion } from '../../lib/core/index.ts';
import { FiguresReader, periods } from '../../lib/service/index.ts';
import { text, toggle } from '../flags/flags.ts';
import { givenQueueName, queueAddress, queueDescription, queueNameDescription } from '../flags/schedule/queue-address.ts';
import { alignColumns } from '../print/ledger-table.ts';
import { accountWarnings, otherRows, scheduleRows, workRows } from '../print/schedule/status-rows.ts';
import { command } from '../shell/command.ts';
import { exitStatus } from '../shell/failure.ts';
import { openGallery } from '../shell/settings.ts';

export const statusCommand = command({
  flags: {
    queue: text(`${queueDescription}. Default: queue.url of the settings`),
    'queue-name': text(`${queueNameDescription}. Default: queue.name of the settings, else this home's`),
    disk: toggle('Add up the sizes of folders, which takes seconds with many works. Default: yes'),
  },
  examples: [
    ['$0 status', 'Uptime, success rate, seconds and works per day, style, queue, next runs, disk, last errors'],
    ['$0 status --json | jq .schedule.success[1].successRate', 'One figure for a script'],
    ['$0 status --no-disk', 'Fast even with a hundred thousand works'],
  ],
  epilogue:
    'Reads the records of the home, so the schedule need not be running. A missed run counts as a failure. Exit status 1 if a part could not be read.',
  run: async ({ queue, 'queue-name': givenName, disk = true }, context) => {
    const address = await queueAddress(queue, context);
    const parts = ['schedule', 'works', 'style', 'queue', 'training', 'posts', 'hooks', ...(disk ? (['disk'] as const) : [])] as const;
    const queueName = await givenQueueName(givenName, context);
    const reader = new FiguresReader({ home: context.home, gallery: await openGallery(context), queue: address, queueName, parts });
    const figures = await reader.read(context.signal).finally(() => reader.close());
    for (const { part, code, message } of figures.problems) context.warn(`${part}: ${code}: ${message}`);
    for (const line of accountWarnings(figures)) context.warn(line);
    const { at, schedule, works, problems, ...rest } = figures;
    return {
      json: {
        version: packageVersion(),
        at: new Date(at).toISOString(),
        ...rest,
        schedule: schedule && {
          ...schedule,
          next: schedule.next.map((run) => ({ ...run, at: new Date(run.at).toISOString() })),
          lastErrors: schedule.lastErrors.map(recordView),
        },
        works: works && {
          ...works,
          tally: {
            works: works.tally.works,
            candidates: works.tally.candidates,
            rejected: works.tally.rejected,
            rounds: works.tally.rounds,
          },
          perDay: periods.map((days, index) => ({ days, works: works.perDay[index] ?? null })),
        },
        problems,
      },
      text: alignColumns([['home', figures.home], ...scheduleRows(figures), ...workRows(figures), ...otherRows(figures)]),
      status: problems.length === 0 ? exitStatus.done : exitStatus.failed,
    };
  },
});
