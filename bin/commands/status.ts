import { counted } from '../../lib/core/index.ts';
import { formatBytes } from '../../lib/observe/index.ts';
import { formatDuration, formatMoment } from '../../lib/schedule/index.ts';
import { FiguresReader, type HomeFigures, periods } from '../../lib/service/index.ts';
import { text, toggle } from '../flags/flags.ts';
import { givenQueueName, queueAddress, queueDescription, queueNameDescription } from '../flags/queue-address.ts';
import { alignColumns } from '../print/ledger-table.ts';
import { seconds } from '../print/progress.ts';
import { percent, recordView } from '../print/schedule/job-view.ts';
import { command } from '../shell/command.ts';
import { exitStatus } from '../shell/failure.ts';
import { packageVersion } from '../shell/package-version.ts';
import { openGallery } from '../shell/settings.ts';

type Row = [string, string];

const share = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(2)} %`);
/** Of a young home all of them say the same: the first is enough. */
const overDays = (values: readonly string[]): string =>
  values.every((value) => value === values[0])
    ? (values[0] ?? '-')
    : values.map((value, index) => `${value} (${periods[index]} days)`).join(', ');
/** `since 10m` while the home is younger than the shortest period. */
const since = (iso: string | null | undefined, at: number): string => {
  const age = iso ? at - Date.parse(iso) : 0;
  return age > 0 && age < periods[0] * 86_400_000 ? `, since ${formatDuration(Math.max(1000, Math.round(age / 60_000) * 60_000))} ago` : '';
};

function scheduleRows({ schedule, at }: HomeFigures): Row[] {
  if (!schedule) return [];
  const { daemon, jobs, uptime, success, next } = schedule;
  const stops = uptime.map(({ shareWithoutStops }) => share(shareWithoutStops));
  const known = uptime.some(({ share: value }) => value !== null);
  return [
    [
      'schedule',
      `${daemon ? `running, process ${daemon.pid}, since ${daemon.since}` : 'not running'}; ${counted(jobs.all, 'job')}, ${jobs.paused} paused, ${jobs.running} running`,
    ],
    ['uptime', known ? overDays(uptime.map((one) => share(one.share))) + since(uptime[0]?.since, at) : 'the schedule has not run yet'],
    ...(known ? [['without stops', overDays(stops)] as Row] : []),
    ['success rate', overDays(success.map(({ successRate }) => percent(successRate)))],
    ...next.slice(0, 3).map(({ at, timeZone, name }): Row => ['next', `${formatMoment(at, timeZone)}  ${name}`]),
  ];
}

/** Of whole runs where a schedule made works, else of painting alone. */
function secondsRow({ schedule, works }: HomeFigures): Row[] {
  const scheduled = schedule?.success[1]?.secondsPerWork;
  if (typeof scheduled === 'number')
    return [['seconds a work', `${seconds(scheduled)}, from loading to filing, by the schedule (30 days)`]];
  const painting = works?.meanPaintingSeconds;
  return typeof painting === 'number' ? [['seconds a work', `${seconds(painting)} of painting, the latest works`]] : [];
}

function workRows(figures: HomeFigures): Row[] {
  const { works, style } = figures;
  if (!works) return secondsRow(figures);
  const { inGallery, tally, perDay } = works;
  return [
    ['works', `${inGallery.works} in the gallery; ${tally.works} painted and kept, of ${tally.candidates} candidates`],
    ['works a day', overDays(perDay.map((value) => (value === null ? '-' : value.toFixed(2))))],
    ...secondsRow(figures),
    [
      'style',
      style
        ? `${style.raw.toFixed(3)} (${style.rawInterval.map((end) => end.toFixed(3)).join(' to ')}), mean cosine of ${counted(style.n, 'work')} by ${style.scorer}`
        : 'unknown: fewer than three of the latest works were chosen by CLIP (see: ai-artist measure style)',
    ],
  ];
}

function otherRows({ queue, training, disk, schedule }: HomeFigures): Row[] {
  const [last] = training ?? [];
  const parts = Object.entries(disk?.parts ?? {}).filter(([, bytes]) => bytes > 0);
  return [
    ...(queue
      ? [
          [
            'queue',
            `${queue.driver}${queue.paused ? ', paused' : ''}: ${queue.tasks.waiting + queue.tasks.delayed} waiting, ${queue.tasks.running} running, ${queue.tasks.failed} failed`,
          ] as Row,
        ]
      : []),
    ...(last
      ? [
          [
            'training',
            `${counted(training?.length ?? 0, 'run')}; ${last.name}${last.running ? ', running' : ''}, step ${last.step ?? '-'}, loss ${last.loss?.toFixed(4) ?? '-'}`,
          ] as Row,
        ]
      : []),
    ...(disk
      ? [
          [
            'disk',
            `${parts.map(([name, bytes]) => `${name} ${formatBytes(bytes)}`).join(', ') || 'nothing yet'}${disk.freeBytes === null ? '' : `; ${formatBytes(disk.freeBytes)} free`}`,
          ] as Row,
        ]
      : []),
    ...(schedule?.lastErrors ?? []).map(
      ({ jobId, lastDueAt, outcome, count, code, message }): Row => [
        'last error',
        `${new Date(lastDueAt).toISOString().slice(0, 16)}Z  ${jobId} ${outcome}${count > 1 ? ` ${count} times` : ''}: ${[code, message].filter((part) => part !== null).join(': ')}`,
      ],
    ),
  ];
}

export const statusCommand = command({
  flags: {
    queue: text(`${queueDescription}. Default: queue.url of the settings`),
    'queue-name': text(`${queueNameDescription}. Default: queue.name of the settings, else that of this home`),
    disk: toggle('Add up what folders take on the disk; with many works it takes seconds. Default: yes'),
  },
  examples: [
    ['$0 status', 'Uptime, success rate, seconds and works a day, style, queue, next runs, disk, last errors'],
    ['$0 status --json | jq .schedule.success[1].successRate', 'One figure for a script'],
    ['$0 status --no-disk', 'At once, also with a hundred thousand works'],
  ],
  epilogue:
    'Read from the records of the home, whether the schedule runs or not. A run that was missed counts as a failure. Exit status 1 if a part could not be read.',
  run: async ({ queue, 'queue-name': givenName, disk = true }, context) => {
    const address = await queueAddress(queue, context);
    const parts = ['schedule', 'works', 'style', 'queue', 'training', ...(disk ? (['disk'] as const) : [])] as const;
    const queueName = await givenQueueName(givenName, context);
    const reader = new FiguresReader({ home: context.home, gallery: await openGallery(context), queue: address, queueName, parts });
    const figures = await reader.read(context.signal).finally(() => reader.close());
    for (const { part, code, message } of figures.problems) context.warn(`${part}: ${code}: ${message}`);
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
