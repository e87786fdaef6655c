import { counted } from '../../../lib/core/index.ts';
import { formatBytes } from '../../../lib/observe/index.ts';
import { formatDuration, formatMoment } from '../../../lib/schedule/index.ts';
import { type HomeFigures, periods } from '../../../lib/service/index.ts';
import { seconds } from '../progress.ts';
import { shownTime } from '../times.ts';
import { hookRows } from './hook-rows.ts';
import { percent } from './job-view.ts';

type Row = [string, string];

const share = (value: number | null): string => (value === null ? '-' : `${(value * 100).toFixed(2)} %`);

/** In a young home all periods have the same value; the first is enough. */
const overDays = (values: readonly string[]): string =>
  values.every((value) => value === values[0])
    ? (values[0] ?? '-')
    : values.map((value, index) => `${value} (${periods[index]} days)`).join(', ');

/** `, since 10m ago` while the home is younger than the shortest period. */
const since = (iso: string | null | undefined, at: number): string => {
  const age = iso ? at - Date.parse(iso) : 0;
  return age > 0 && age < periods[0] * 86_400_000 ? `, since ${formatDuration(Math.max(1000, Math.round(age / 60_000) * 60_000))} ago` : '';
};

export function scheduleRows({ schedule, at }: HomeFigures): Row[] {
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

/** Seconds of whole runs if a schedule made works, else of painting alone. */
function secondsRow({ schedule, works }: HomeFigures): Row[] {
  const scheduled = schedule?.success[1]?.secondsPerWork;
  if (typeof scheduled === 'number')
    return [['seconds a work', `${seconds(scheduled)}, from loading to filing, by the schedule (30 days)`]];
  const painting = works?.meanPaintingSeconds;
  return typeof painting === 'number' ? [['seconds a work', `${seconds(painting)} of painting, the latest works`]] : [];
}

export function workRows(figures: HomeFigures): Row[] {
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
        : 'unknown: CLIP chose fewer than three of the latest works (see: ai-artist measure style)',
    ],
  ];
}

/** Days before the end of a token from which it is worth a warning. */
const tokenDays = 7;

/** Accounts that have stopped, and tokens that end soon. */
export function accountWarnings({ posts, at }: HomeFigures): string[] {
  return (posts?.accounts ?? []).flatMap(({ name, network, stopped, tokenExpiresAt }) => {
    const again = `Connect it again: ai-artist publish connect ${network} --as ${name}`;
    if (stopped !== null) return [`account ${name} has stopped: ${stopped}. ${again}`];
    const days = tokenExpiresAt === null ? Number.POSITIVE_INFINITY : (Date.parse(tokenExpiresAt) - at) / 86_400_000;
    return days <= tokenDays ? [`account ${name}: its token ends ${tokenExpiresAt?.slice(0, 10)}. ${again}`] : [];
  });
}

function postRow({ posts }: HomeFigures): Row[] {
  if (!posts) return [];
  const { states, accounts, senders } = posts;
  const counts = Object.entries(states).filter(([, count]) => count > 0);
  return [
    ['posts', `${counted(accounts.length, 'account')}; ${counts.map(([state, count]) => `${count} ${state}`).join(', ') || 'none yet'}`],
    [
      'sent by',
      senders.map(({ program, pid, host, since }) => `${program} (process ${pid} on ${host}, since ${shownTime(since)})`).join(', ') ||
        'nothing that is running',
    ],
  ];
}

export function otherRows(figures: HomeFigures): Row[] {
  const { queue, training, disk, schedule } = figures;
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
    ...postRow(figures),
    ...hookRows(figures),
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
        `${shownTime(lastDueAt)}  ${jobId} ${outcome}${count > 1 ? ` ${count} times` : ''}: ${[code, message].filter((part) => part !== null).join(': ')}`,
      ],
    ),
  ];
}
