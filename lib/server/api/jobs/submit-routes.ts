import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, resolveOptions } from '../../../core/index.ts';
import type { PaintJob } from '../../../service/index.ts';
import { jobSizeNote, pictureLimit } from '../../app/limits.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { cleaner } from '../../events/hub-of-server.ts';
import { jsonValue } from '../../openapi/json-value.ts';
import { onceHeaders } from '../once.ts';
import { newGrid, newJob, recipeSource } from './job-bodies.ts';
import { jobView, viewJob, withoutFolders } from './job-view.ts';
import { optionsOfSource } from './paint-request.ts';
import { partsOf } from './request-pictures.ts';
import { submitGrid, submitJob } from './submit-job.ts';

const tags = ['jobs'];
const json = jsonValue();
const recipeOptions = z.object({
  model: z.string().nullable().describe('null: the model of the settings'),
  load: z.record(z.string(), json),
  options: z.record(z.string(), json),
});
/** Longest wait of a request, seconds: proxies cut connections that are silent for a minute. */
const longestWait = 50;

const headers = onceHeaders('A request with the key of an earlier job of yours returns that job').extend({
  prefer: z.string().max(200).optional().describe('wait=N: answer when the job has ended, at the latest after N seconds (up to 50)'),
});

function secondsToWait(prefer: string | undefined): number {
  const found = /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/i.exec(prefer ?? '')?.[1];
  return Math.min(Number(found ?? 0), longestWait);
}

/** The job when it has ended, or as it is after some seconds. If the client leaves, the job goes on. */
async function endOrLater(
  job: PaintJob,
  seconds: number,
  request: FastifyRequest,
  { jobs, closing, clock }: ServerContext,
): Promise<PaintJob> {
  const over = new AbortController();
  const leave = (): void => over.abort();
  request.raw.socket.once('close', leave);
  const late = clock.timer(seconds * 1000, leave, { unref: true });
  const signal = AbortSignal.any([over.signal, closing]);
  try {
    return await jobs.wait(job.id, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return jobs.get(job.id);
  } finally {
    late.cancel();
    request.raw.socket.off('close', leave);
  }
}

async function bodyOf<S extends z.ZodType>(request: FastifyRequest, schema: S, given: z.output<S> | null | undefined) {
  if (given !== undefined && given !== null) return { body: given, uploaded: {} };
  if (!request.isMultipart()) throw new ArtistError('ERR_INVALID_ARGUMENT', 'body: expected JSON or multipart/form-data, got none');
  const { body, pictures } = await partsOf(request);
  return { body: resolveOptions('request', schema, body), uploaded: pictures };
}

/** Submitting jobs. */
export const submitRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const clean = cleaner(context);
  const options = { config: { scope: 'paint' }, bodyLimit: pictureLimit(context) } as const;
  app.post(
    '/jobs',
    {
      ...options,
      schema: {
        summary: 'Paint',
        description: `Adds a job to the queue, where it survives every restart. As multipart/form-data: the field \`request\` with the JSON of this body, and files named initImage, maskImage, controlImage, referenceImages. ${jobSizeNote(context)}`,
        tags,
        headers,
        body: newJob.nullish(),
        response: { 200: jobView.describe('It has ended'), 202: jobView.describe('It waits or runs') },
      },
    },
    async (request, reply) => {
      const { caller } = request;
      const { body, uploaded } = await bodyOf(request, newJob, request.body);
      const key = request.headers['idempotency-key'];
      const job = await submitJob(body, { uploaded, key, caller, context });
      const seconds = secondsToWait(request.headers.prefer);
      const now = seconds === 0 ? job : await endOrLater(job, seconds, request, context);
      if (seconds > 0) reply.header('preference-applied', `wait=${seconds}`);
      reply.header('location', context.addressOf(request, `/api/v1/jobs/${job.id}`));
      return reply.code(now.endedAt === null ? 202 : 200).send(viewJob(now, clean));
    },
  );
  app.post(
    '/grids',
    {
      ...options,
      schema: {
        summary: 'Paint an X/Y grid',
        description: 'A job for each pair of values of two options, all with the same seed. Multipart as for /jobs.',
        tags,
        body: newGrid.nullish(),
        response: { 202: z.object({ batch: z.string(), columns: z.int(), rows: z.int(), jobs: z.array(jobView) }) },
      },
    },
    async (request, reply) => {
      const { body, uploaded } = await bodyOf(request, newGrid, request.body);
      const grid = await submitGrid(body, { uploaded, caller: request.caller, context });
      return reply.code(202).send({ ...grid, jobs: grid.jobs.map((job) => viewJob(job, clean)) });
    },
  );
  app.post(
    '/recipes/options',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'The options that paint a recipe',
        description: 'As a job with this recipe, infotext or work would have them: to fill a form.',
        tags: ['tools'],
        body: recipeSource,
        response: { 200: recipeOptions },
      },
    },
    async ({ caller, body }) => withoutFolders(await optionsOfSource(body, caller, context)) as z.input<typeof recipeOptions>,
  );
};
