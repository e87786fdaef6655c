import { ArtistError, type Config, display, resolveOptions } from '../../../lib/core/index.ts';
import { generateOptions } from '../../../lib/engine/index.ts';
import { builtInTopics, topicsOf } from '../../../lib/prompt/index.ts';
import { formatMoment, formatTiming, misfirePolicies, parseTiming, readDuration, ScheduleStore } from '../../../lib/schedule/index.ts';
import { command } from '../../command.ts';
import { createNames, readCandidates } from '../../create-flags.ts';
import { choice, type Flag, list, number, text, toggle } from '../../flags.ts';
import { generatePaths } from '../../generate-flags.ts';
import { toOptions } from '../../option-paths.ts';
import { orderFlags, orderOf } from '../../work-order.ts';
import { jobView } from './view.ts';

function duration(describe: string, heading: string): Flag<number> {
  return { describe, group: heading, shape: 'value', read: readDuration };
}

function quietHours(describe: string, heading: string): Flag<{ from: string; to: string }> {
  return {
    describe,
    group: heading,
    shape: 'value',
    read: (value, name) => {
      const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(value) ?? [];
      if (from === undefined || to === undefined)
        throw new ArtistError('ERR_INVALID_ARGUMENT', `${name}: expected HH:MM-HH:MM, got ${display(value)}`);
      return { from, to };
    },
  };
}

const what = 'What is painted';
const when = 'When';
const trouble = 'If it fails';

const flags = {
  name: text('Of the job, for people. Default: the expression', when),
  batch: number('Works of each run, 1..64. Default: 1', when),
  tz: text("IANA time zone such as Europe/Berlin. Default: this machine's", when),
  jitter: duration('Begin up to this much later, drawn for each run: 10m', when),
  'jitter-seed': number('Of those draws. Default: 0', when),
  'quiet-hours': quietHours('HH:MM-HH:MM: what is due then waits for the end of it', when),
  misfire: choice('Runs that were due while no schedule ran. Default: once, the latest', misfirePolicies, when),
  grace: duration('Runs older than this are not made up for. Default: 12h', when),
  attempts: number('Tries of each run, 1..20. Default: 3', trouble),
  backoff: duration('Wait before the second try; doubles up to 1h. Default: 1m', trouble),
  'retries-per-day': number('Second and later tries of the job within 24 hours. Default: 10', trouble),
  topic: list('A topic, or the prompt itself; given several times, in turn', what, (value) => value),
  'topic-rotation': toggle(`All topics in turn: ${builtInTopics.map(({ name }) => name).join(', ')}, and your own`, what),
  ...orderFlags,
} as const;

/** One topic or prompt is that of every work, several are taken in turn. */
function readTopics(
  given: readonly string[] | undefined,
  rotate: boolean,
  { only, topics }: Config['prompt'],
): { prompt: string | undefined; rotation: readonly string[] } {
  if (rotate && given) throw new ArtistError('ERR_INVALID_ARGUMENT', '--topic: expected to be left out with --topic-rotation');
  if (rotate) return { prompt: undefined, rotation: only ?? topicsOf(topics).map(({ name }) => name) };
  return given && given.length > 1 ? { prompt: undefined, rotation: given } : { prompt: given?.[0], rotation: [] };
}

export const addCommand = command({
  required: {
    when: list(
      'daily HH:MM | weekly mon,thu HH:MM | every 6h | cron "0 9 * * *" | once YYYY-MM-DDTHH:MM | batch N@HH:MM',
      undefined,
      (value) => value,
    ),
  },
  flags,
  names: new Map([
    ...createNames,
    ['count', '--batch'],
    ['timeZone', '--tz'],
    ['jitterMs', '--jitter'],
    ['seed', '--jitter-seed'],
    ['quietHours', '--quiet-hours'],
    ['quietHours.from', '--quiet-hours'],
    ['quietHours.to', '--quiet-hours'],
    ['graceMs', '--grace'],
    ['backoffMs', '--backoff'],
    ['retriesPerDay', '--retries-per-day'],
    ['attempts', '--attempts'],
    ['name', '--name'],
  ]),
  examples: [
    ['$0 schedule add daily 09:00 --topic-rotation', 'One picture a day, eight topics in turn'],
    ['$0 schedule add weekly mon,thu 18:30 --topic "a red fox" --tz Europe/Berlin', 'Twice a week, in that time zone'],
    ['$0 schedule add every 6h --quiet-hours 22:00-07:00', 'Four times a day, not at night'],
    ['$0 schedule add batch 3@09:00', 'Three pictures a day'],
    ['$0 schedule add cron "0 9 1 * *" --model sd-turbo', 'On the first of each month'],
    ['$0 schedule add once 2027-01-01T00:00 --topic fireworks', 'A single time'],
  ],
  epilogue:
    'Times are of the wall clock in the time zone of the job. Where the clocks go forward, a time that is skipped is due at the first moment after the gap; where they go back, one that comes twice is due once. See docs/schedule.md.',
  run: async ({ when: words, name, batch, tz, jitter, grace, backoff, topic, ...rest }, { home, config }) => {
    const { timing, count } = parseTiming(words);
    const {
      'jitter-seed': seed,
      'quiet-hours': quiet,
      'retries-per-day': retriesPerDay,
      'topic-rotation': rotate,
      misfire,
      attempts,
      ...paint
    } = rest;
    const chosen = readTopics(topic, rotate === true, (await config()).config.prompt);
    if (batch !== undefined && count !== undefined && batch !== count)
      throw new ArtistError('ERR_INVALID_ARGUMENT', `--batch: expected to be left out with batch ${count}@…, got ${batch}`);
    // Refused now, not every morning.
    readCandidates(paint.candidates);
    resolveOptions('create', generateOptions, {
      ...toOptions(paint, new Map([...generatePaths].filter(([flag]) => flag in orderFlags))),
      prompt: chosen.prompt ?? 'x',
    });
    const store = new ScheduleStore(home);
    const job = await store.add({
      when: timing,
      name: name ?? formatTiming(timing),
      ...definedOnly({
        count: batch ?? count,
        timeZone: tz,
        jitterMs: jitter,
        seed,
        quietHours: quiet,
        misfire,
        graceMs: grace,
        attempts,
        backoffMs: backoff,
        retriesPerDay,
      }),
      payload: orderOf(chosen.prompt, paint),
      rotation: [...chosen.rotation],
    });
    const [next] = await store.next(1, job.id);
    const daemon = await store.daemon();
    return {
      json: { job: jobView(job), next: next ? new Date(next.at).toISOString() : null },
      text: [job.id],
      notes: [
        `${job.id}: ${formatTiming(job.timing)}, ${job.timeZone}${job.count > 1 ? `, ${job.count} works` : ''}; next ${next ? formatMoment(next.at, job.timeZone) : 'never'}`,
        ...(daemon ? [] : ['nothing runs the schedule at the moment: ai-artist schedule start']),
      ],
    };
  },
});

function definedOnly<T extends Record<string, unknown>>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}
