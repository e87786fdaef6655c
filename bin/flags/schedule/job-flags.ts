import { jobPayload } from '../../../lib/artist/index.ts';
import { ArtistError, defined, display } from '../../../lib/core/index.ts';
import { builtInTopics } from '../../../lib/prompt/index.ts';
import { type Job, type JobOptions, misfirePolicies, readDuration, type Timing } from '../../../lib/schedule/index.ts';
import { checkAccounts } from '../../../lib/service/index.ts';
import type { Context } from '../../shell/run.ts';
import { createNames, createOptionsOf, orderFlags } from '../create-flags.ts';
import { choice, type Flag, list, number, text, toggle, type Values } from '../flags.ts';

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

const what = 'What to paint';
const when = 'When';
const trouble = 'If it fails';

export const timingWords = list(
  'daily HH:MM | weekly mon,thu HH:MM | every 6h | cron "0 9 * * *" | once YYYY-MM-DDTHH:MM | batch N@HH:MM',
  undefined,
  (value) => value,
);

/** What `schedule add` and `schedule edit` take. */
export const jobFlags = {
  name: text('Display name of the job. Default: the expression', when),
  batch: number('Works of each run, 1..64. Default: 1', when),
  tz: text("IANA time zone such as Europe/Berlin. Default: this machine's", when),
  jitter: duration('Start up to this much later, drawn for each run: 10m', when),
  'jitter-seed': number('Seed of the random delays of --jitter. Default: 0', when),
  'quiet-hours': quietHours('HH:MM-HH:MM: runs due in this time wait for its end', when),
  misfire: choice('Runs missed while no schedule ran. Default: once, the latest', misfirePolicies, when),
  grace: duration('Do not make up for runs older than this. Default: 12h', when),
  attempts: number('Tries of each run, 1..20. Default: 3', trouble),
  backoff: duration('Wait before the second try; doubling up to 1h. Default: 1m', trouble),
  'retries-per-day': number('Retries of the job within 24 hours. Default: 10', trouble),
  topic: list('A topic or a prompt; several are used in turn. Default: create chooses', what, (value) => value),
  'topic-rotation': toggle(`Use all topics in turn: ${builtInTopics.map(({ name }) => name).join(', ')}, and your own`, what),
  publish: list(
    'Queue each work for this account after filing; may be given several times. all: every connected account; none: no longer',
    undefined,
    (value) => value,
  ),
  ...orderFlags,
} as const;

/** Flag of each option of a job. */
export const jobNames: ReadonlyMap<string, string> = new Map([
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
  ['topics', '--topic'],
  ['topicRotation', '--topic-rotation'],
]);

/** `all` and `none` stand alone. */
function accountsOf(names: readonly string[]): readonly string[] | null {
  const [only] = names;
  if (names.length === 1) return only === 'all' ? [] : only === 'none' ? null : names;
  if (names.includes('all') || names.includes('none'))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--publish: expected accounts, or all or none alone, got ${names.join(', ')}`);
  return names;
}

/** The job to change. */
export type KnownJob = Pick<Job, 'payload' | 'rotation'>;

/**
 * Options of a job from flags; omitted ones stay as in `known`. The painting options are checked as create() would check them, so that a
 * mistake is refused now and not at every run. `warnings`: files that do not exist yet.
 */
export async function jobOptionsOf(
  { name, batch, tz, jitter, grace, backoff, topic, publish, ...rest }: Values<typeof jobFlags>,
  expression: { timing: Timing; count?: number } | undefined,
  context: Context,
  known?: KnownJob,
): Promise<{ options: Partial<JobOptions>; warnings: string[] }> {
  const {
    'jitter-seed': seed,
    'quiet-hours': quiet,
    'retries-per-day': retriesPerDay,
    'topic-rotation': rotate,
    misfire,
    attempts,
    ...paint
  } = rest;
  const loaded = await context.config();
  const count = expression?.count;
  if (batch !== undefined && count !== undefined && batch !== count)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `--batch: expected to be left out with batch ${count}@…, got ${batch}`);
  const wishes = { topics: topic, topicRotation: rotate, options: createOptionsOf(paint), publish: publish && accountsOf(publish) };
  await checkAccounts(loaded.home, wishes.publish ?? []);
  const { warnings, ...painted } = await jobPayload(wishes, loaded, known);
  const options = defined({
    when: expression?.timing,
    name,
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
  });
  return { options: { ...options, ...painted }, warnings };
}
