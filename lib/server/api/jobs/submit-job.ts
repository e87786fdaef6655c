import { placesOfGrid, valuesAt, withOption } from '../../../artist/index.ts';
import { ArtistError, createIds, isArtistError } from '../../../core/index.ts';
import { drawSeed } from '../../../engine/index.ts';
import type { InputPictures, PaintJob } from '../../../service/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { submitChosen } from '../../models/submit-chosen.ts';
import { checkJobHook, senderOf } from '../../webhooks/hooks-of-server.ts';
import type { NewGrid, NewJob } from './job-bodies.ts';
import { gridReference } from './job-view.ts';
import { paintRequestOf } from './paint-request.ts';

/** Jobs of one grid. */
const mostCells = 100;

/**
 * Submits a job, with its webhook.
 *
 * @param key Idempotency-Key of the request
 * @throws ArtistError every error of paintRequestOf(), checkJobHook() and PaintJobs.submit()
 */
export async function submitJob(body: NewJob, { uploaded, key, caller, context }: SubmitParts): Promise<PaintJob> {
  const { webhook } = body;
  if (webhook) checkJobHook(webhook.url, context);
  const request = await paintRequestOf(body, uploaded, caller, context);
  const job = await submitChosen({ ...request, ...(key !== undefined && { key }) }, context);
  if (webhook) await addHook(job, webhook, context);
  return job;
}

export interface SubmitParts {
  uploaded: InputPictures;
  key?: string | undefined;
  caller: Caller;
  context: ServerContext;
}

async function addHook({ id }: PaintJob, { url, ...hook }: NonNullable<NewJob['webhook']>, context: ServerContext): Promise<void> {
  const { book } = senderOf(context);
  // A repeated request with the same key has registered it before.
  const { hooks } = await book.read();
  if (!hooks.some((one) => one.job === id && one.url === url)) await book.add({ url, ...hook, job: id });
}

/** A copy of a body with another value of an option: `model`, `steps`, `hires.scale`. */
function changed(body: NewJob, option: string, value: unknown): NewJob {
  if (option === 'model' || option === 'prompt') return { ...body, [option]: String(value) };
  return { ...body, options: withOption(body.options, option, value) };
}

export interface Grid {
  batch: string;
  columns: number;
  rows: number;
  jobs: PaintJob[];
}

/**
 * Submits a job for each cell of a grid, all with the same seed. If one is refused, those before it are cancelled.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when there are too many cells; every error of submitJob()
 */
export async function submitGrid({ x, y, ...common }: NewGrid, parts: Omit<SubmitParts, 'key'>): Promise<Grid> {
  const places = placesOfGrid({ x, y }, mostCells);
  const batch = `grid-${createIds({ clock: parts.context.clock })().toLowerCase()}`;
  const options = { ...common.options };
  if (common.kind === 'generate' && typeof options['seed'] !== 'number' && !common.recipe && !common.infotext && !common.work)
    options['seed'] = drawSeed();
  const jobs: PaintJob[] = [];
  try {
    for (const place of places) {
      const cell: NewJob = { ...common, options, reference: gridReference(batch, place.column, place.row) };
      const body = valuesAt({ x, y }, place).reduce((made, { axis, value }) => changed(made, axis.option, value), cell);
      jobs.push(await submitJob(body, parts));
    }
  } catch (error) {
    for (const { id } of jobs) await parts.context.jobs.cancel(id);
    throw isArtistError(error) ? new ArtistError(error.code, `cell ${jobs.length}: ${error.message}`, { cause: error }) : error;
  }
  return { batch, columns: x.values.length, rows: y?.values.length ?? 1, jobs };
}
