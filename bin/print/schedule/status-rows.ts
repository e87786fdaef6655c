import { formatBytes } from '../../../lib/observe/index.ts';
import { formatDuration, formatMoment } from '../../../lib/schedule/index.ts';
import { type HomeFigures, periods } from '../../../lib/service/index.ts';
import { decimal, figures as inFigures, t } from '../../texts/texts.ts';
import { seconds } from '../progress.ts';
import { shownDay, shownTime } from '../times.ts';
import { hookRows } from './hook-rows.ts';
import { percent } from './job-view.ts';

type Row = [string, string];

const share = (value: number | null): string => (value === null ? '-' : `${decimal(value * 100, 2)} %`);

/** In a young home all periods have the same value; the first is enough. */
const overDays = (values: readonly string[]): string =>
  values.every((value) => value === values[0])
    ? (values[0] ?? '-')
    : values.map((value, index) => t.status.overDays({ value, days: periods[index] ?? 0 })).join(', ');

/** `, since 10m ago` while the home is younger than the shortest period. */
const since = (iso: string | null | undefined, at: number): string => {
  const age = iso ? at - Date.parse(iso) : 0;
  if (age <= 0 || age >= periods[0] * 86_400_000) return '';
  return t.status.since({ age: formatDuration(Math.max(1000, Math.round(age / 60_000) * 60_000)) });
};

export function scheduleRows({ schedule, at }: HomeFigures): Row[] {
  if (!schedule) return [];
  const { daemon, jobs, uptime, success, next } = schedule;
  const known = uptime.some(({ share: value }) => value !== null);
  const isDue = success.some(({ successRate }) => successRate !== null);
  const ran = overDays(uptime.map((one) => share(one.share)));
  const stops = overDays(uptime.map(({ shareWithoutStops }) => share(shareWithoutStops)));
  const state = daemon ? t.status.running({ pid: daemon.pid, since: shownTime(daemon.since) }) : t.status.notRunning;
  return [
    [t.status.schedule, `${t.status.jobs(jobs)}; ${state}`],
    [t.status.uptime, known ? t.status.uptimeMeaning({ share: ran }) + since(uptime[0]?.since, at) : t.status.neverRan],
    ...(known ? [[t.status.withoutStops, t.status.stopsMeaning({ share: stops })] as Row] : []),
    [
      t.status.success,
      isDue ? t.status.successMeaning({ share: overDays(success.map(({ successRate }) => percent(successRate))) }) : t.status.noRuns,
    ],
    ...next.slice(0, 3).map(({ at: due, timeZone, name }): Row => [t.status.next, `${formatMoment(due, timeZone)}  ${name}`]),
  ];
}

/** Seconds of whole runs if a schedule made works, else of painting alone. */
function secondsRow({ schedule, works }: HomeFigures): Row[] {
  const scheduled = schedule?.success[1]?.secondsPerWork;
  if (typeof scheduled === 'number') return [[t.status.secondsAWork, t.status.scheduled({ seconds: seconds(scheduled) })]];
  const painting = works?.meanPaintingSeconds;
  return typeof painting === 'number' ? [[t.status.secondsAWork, t.status.painting({ seconds: seconds(painting) })]] : [];
}

function likenessOf({ style }: HomeFigures): string {
  if (!style) return t.status.notAlike;
  const [low, high] = style.rawInterval;
  const range = t.status.range({ low: decimal(low, 3), high: decimal(high, 3) });
  return t.status.alike({ value: decimal(style.raw, 3), range, n: style.n });
}

export function workRows(figures: HomeFigures): Row[] {
  const { works } = figures;
  if (!works) return secondsRow(figures);
  const { inGallery, tally, perDay } = works;
  return [
    [t.status.works, t.status.inGallery({ n: inGallery.works, kept: tally.works, painted: tally.candidates })],
    [t.status.worksADay, overDays(perDay.map((value) => (value === null ? '-' : decimal(value, 2))))],
    ...secondsRow(figures),
    [t.status.likeness, likenessOf(figures)],
  ];
}

/** Days before the end of a token from which it is worth a warning. */
const tokenDays = 7;

/** Accounts that have stopped, and tokens that end soon. */
export function accountWarnings({ posts, at }: HomeFigures): string[] {
  return (posts?.accounts ?? []).flatMap(({ name, network, stopped, tokenExpiresAt }) => {
    const again = t.status.connectAgain({ network, name });
    if (stopped !== null) return [`${t.status.accountStopped({ name, why: stopped })} ${again}`];
    if (tokenExpiresAt === null || (Date.parse(tokenExpiresAt) - at) / 86_400_000 > tokenDays) return [];
    return [`${t.status.tokenEnds({ name, day: shownDay(tokenExpiresAt) })} ${again}`];
  });
}

function postRow({ posts }: HomeFigures): Row[] {
  if (!posts) return [];
  const counts = Object.entries(posts.states).filter(([, count]) => count > 0);
  const shown = counts.map(([state, count]) => `${count} ${state}`).join(', ') || t.status.noPosts;
  const senders = posts.senders.map(({ program, pid, host, since }) => t.status.sender({ program, pid, host, since: shownTime(since) }));
  return [
    [t.status.posts, `${t.status.accounts({ n: posts.accounts.length })}; ${shown}`],
    [t.status.sentBy, senders.join(', ') || t.status.noSender],
  ];
}

function queueRow({ queue }: HomeFigures): Row[] {
  if (!queue) return [];
  const { waiting, delayed, running, failed } = queue.tasks;
  const paused = queue.paused ? `, ${t.status.queuePaused}` : '';
  return [[t.status.queue, `${t.status.inQueue({ waiting: waiting + delayed, running, failed })}${paused} (${queue.driver})`]];
}

function trainingRow({ training }: HomeFigures): Row[] {
  const [last] = training ?? [];
  if (!last) return [];
  const running = last.running ? `, ${t.status.trainingRuns}` : '';
  const step = t.status.step({ step: String(last.step ?? '-'), loss: last.loss === null ? '-' : decimal(last.loss, 4) });
  return [[t.status.training, `${t.status.trainings({ n: training?.length ?? 0, name: last.name })}${running}, ${step}`]];
}

function diskRow({ disk }: HomeFigures): Row[] {
  if (!disk) return [];
  const parts = Object.entries(disk.parts).filter(([, bytes]) => bytes > 0);
  const used = parts.map(([name, bytes]) => `${name} ${inFigures(formatBytes(bytes))}`).join(', ') || t.status.nothing;
  const free = disk.freeBytes === null ? '' : `; ${t.status.free({ bytes: inFigures(formatBytes(disk.freeBytes)) })}`;
  return [[t.status.disk, `${used}${free}`]];
}

export function otherRows(figures: HomeFigures): Row[] {
  return [
    ...queueRow(figures),
    ...trainingRow(figures),
    ...postRow(figures),
    ...hookRows(figures),
    ...diskRow(figures),
    ...(figures.schedule?.lastErrors ?? []).map(({ jobId, lastDueAt, outcome, count, code, message }): Row => {
      const times = count > 1 ? ` ${t.status.times({ n: count })}` : '';
      const why = [code, message].filter((part) => part !== null).join(': ');
      return [t.status.lastError, `${shownTime(lastDueAt)}  ${jobId} ${outcome}${times}: ${why}`];
    }),
  ];
}
