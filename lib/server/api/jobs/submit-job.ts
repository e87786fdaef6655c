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
function withOption(body: NewJob, option: string, value: unknown): NewJob {
  if (option === 'model') return { ...body, model: String(value) };
  if (option === 'prompt') return { ...body, prompt: String(value) };
  const [name = '', inner] = option.split('.');
  const before = body.options[name];
  const outer = before !== null && typeof before === 'object' && !Array.isArray(before) ? before : {};
  return { ...body, options: { ...body.options, [name]: inner === undefined ? value : { ...outer, [inner]: value } } as NewJob['options'] };
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
  const rows = y?.values ?? [undefined];
  const count = x.values.length * rows.length;
  if (count > mostCells) throw new ArtistError('ERR_INVALID_ARGUMENT', `grid: expected at most ${mostCells} cells, got ${count}`);
  const batch = `grid-${createIds({ clock: parts.context.clock })().toLowerCase()}`;
  const options = { ...common.options };
  if (common.kind === 'generate' && typeof options['seed'] !== 'number' && !common.recipe && !common.infotext && !common.work)
    options['seed'] = drawSeed();
  const jobs: PaintJob[] = [];
  try {
    for (const [row, down] of rows.entries())
      for (const [column, across] of x.values.entries()) {
        const cell = withOption({ ...common, options, reference: gridReference(batch, column, row) }, x.option, across);
        jobs.push(await submitJob(y ? withOption(cell, y.option, down) : cell, parts));
      }
  } catch (error) {
    for (const { id } of jobs) await parts.context.jobs.cancel(id);
    throw isArtistError(error) ? new ArtistError(error.code, `cell ${jobs.length}: ${error.message}`, { cause: error }) : error;
  }
  return { batch, columns: x.values.length, rows: rows.length, jobs };
}
