/** Jobs of the schedule, for clients. */
import { jobPayload, listedJob, type OrderOptions } from '../../../artist/index.ts';
import { ArtistError, defined } from '../../../core/index.ts';
import { formatTiming, type Job, type JobOptions, parseTiming, type ScheduleStore, splitWords } from '../../../schedule/index.ts';
import { checkAccounts } from '../../../service/index.ts';
import type { ServerContext } from '../../context.ts';
import { withoutPaths } from '../../shown-paths.ts';
import type { JobBody } from './views.ts';

type JobView = ReturnType<typeof listedJob> & {
  id: string;
  name: string;
  when: string;
  timeZone: string;
  count: number;
  paused: boolean;
  fault: string | null;
  next: string | null;
};

export const viewOf = (job: Job, { home, clock }: ServerContext): JobView => withoutPaths(listedJob(job, clock.now()), home) as JobView;

const ms = (seconds: number | undefined): number | undefined => (seconds === undefined ? undefined : Math.round(seconds * 1000));

/** Options of a job from a request; `known`: the job to change. */
async function optionsOf(
  body: Partial<JobBody>,
  { config }: ServerContext,
  known?: Job,
): Promise<{ options: Partial<JobOptions>; warnings: string[] }> {
  const expression = body.when === undefined ? undefined : parseTiming(splitWords(body.when));
  if (body.count !== undefined && expression?.count !== undefined && body.count !== expression.count)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `count: expected to be left out with batch ${expression.count}@…, got ${body.count}`);
  const wishes = {
    topics: body.topics,
    topicRotation: body.topicRotation,
    options: body.options as OrderOptions | undefined,
    publish: body.publish,
  };
  await checkAccounts(config.home, wishes.publish ?? []);
  const { warnings, ...painted } = await jobPayload(wishes, config, known);
  const wasNamedByTiming = known && known.name === formatTiming(known.timing);
  const options = defined({
    when: expression?.timing,
    name: body.name ?? (expression && (!known || wasNamedByTiming) ? formatTiming(expression.timing) : undefined),
    count: body.count ?? expression?.count,
    timeZone: body.timeZone,
    jitterMs: ms(body.jitterSeconds),
    seed: body.jitterSeed,
    quietHours: body.quietHours ?? undefined,
    misfire: body.misfire,
    graceMs: ms(body.graceSeconds),
    attempts: body.attempts,
    backoffMs: ms(body.backoffSeconds),
    retriesPerDay: body.retriesPerDay,
  });
  // null removes them: edit() takes options that are named, also undefined.
  return { options: { ...options, ...(body.quietHours === null && { quietHours: undefined }), ...painted }, warnings };
}

export async function addJob(store: ScheduleStore, body: JobBody, context: ServerContext): Promise<{ job: Job; warnings: string[] }> {
  const { options, warnings } = await optionsOf(body, context);
  return { job: await store.add({ when: body.when, ...options }), warnings };
}

/** A run that has begun keeps the options it began with. */
export async function editJob(
  store: ScheduleStore,
  id: string,
  body: Partial<JobBody>,
  context: ServerContext,
): Promise<{ job: Job; warnings: string[] }> {
  if (Object.values(body).every((value) => value === undefined))
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'body: expected an option to change, got none');
  const before = await store.get(id);
  const { options, warnings } = await optionsOf(body, context, before);
  return { job: await store.edit(before.id, options), warnings };
}
