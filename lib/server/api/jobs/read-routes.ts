import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Caller, Routes } from '../../context.ts';
import { cleaner } from '../../events/hub-of-server.ts';
import { seesPrivate } from '../../visibility.ts';
import { jobId, jobQuery } from './job-bodies.ts';
import { batchJobs, listJobs, queueFigures } from './job-lists.ts';
import { jobView, openJobView, viewJob } from './job-view.ts';

const tags = ['jobs'];
const read = { config: { scope: 'read' } } as const;
/** Pictures of jobs may never be shown, and a grid is what a client asked for. */
const readPrivate = { config: { scope: 'read', private: true } } as const;
const figures = z.object({
  paused: z.boolean(),
  training: z.string().nullable().describe('The training run for which it is paused; null: a person paused it, or it is not paused'),
  running: z.int(),
  waiting: z.int(),
  delayed: z.int(),
  own: z.object({ open: z.int(), ahead: z.int().nullable().describe('Jobs that run before your first one; null: you have none') }),
});
const pictureParams = z.strictObject({ ...jobId.shape, index: z.coerce.number().int().min(0).max(10_000) });

/** Looking at jobs and at the queue. */
export const readRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const clean = cleaner(context);
  const { jobs } = context;
  type Job = Parameters<typeof viewJob>[0];
  const viewFor = (caller: Caller, job: Job) => (seesPrivate(caller) ? viewJob(job, clean) : openJobView(viewJob(job, clean)));
  app.get(
    '/jobs',
    {
      ...read,
      schema: {
        summary: 'List jobs',
        description: 'Those that run, those that wait in their order, then ended ones, newest first.',
        tags,
        querystring: jobQuery,
        response: { 200: z.object({ jobs: z.array(jobView), next: z.string().nullable().describe('`cursor` of the next page') }) },
      },
    },
    async ({ caller, query }) => {
      const page = await listJobs(query, caller, context);
      return { jobs: page.jobs.map((job) => viewFor(caller, job)), next: page.next };
    },
  );
  app.get(
    '/jobs/:id',
    { ...read, schema: { summary: 'Read a job', tags, params: jobId, response: { 200: jobView } } },
    async ({ caller, params }) => viewFor(caller, await jobs.get(params.id)),
  );
  app.get(
    '/jobs/:id/pictures/:index',
    {
      ...readPrivate,
      schema: { summary: 'The file of a painted picture', tags, params: pictureParams, response: { 200: z.any(), 304: z.null() } },
    },
    async ({ params, headers }, reply) => {
      const { picture, bytes } = await jobs.picture(params.id, params.index);
      const tag = `"${picture.sha256}"`;
      reply.header('etag', tag).header('cache-control', 'private, max-age=31536000, immutable');
      if (headers['if-none-match'] === tag) return reply.code(304).send(null);
      return reply.type(`image/${picture.format}`).send(bytes);
    },
  );
  app.get(
    '/jobs/:id/preview',
    {
      ...readPrivate,
      schema: {
        summary: 'The latest preview, a small JPEG',
        tags,
        params: jobId,
        response: { 200: z.any(), 204: z.null().describe('There is none yet') },
      },
    },
    async ({ params }, reply) => {
      await jobs.get(params.id);
      const jpeg = await jobs.preview(params.id);
      reply.header('cache-control', 'no-store');
      return jpeg ? reply.type('image/jpeg').send(jpeg) : reply.code(204).send(null);
    },
  );
  queueRoutes(root, context);
};

const queueRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const clean = cleaner(context);
  app.get(
    '/batches/:id',
    {
      ...readPrivate,
      schema: { summary: 'The jobs of a grid', tags, params: jobId, response: { 200: z.object({ jobs: z.array(jobView) }) } },
    },
    async ({ params }) => ({ jobs: (await batchJobs(params.id, context)).map((job) => viewJob(job, clean)) }),
  );
  app.get('/queue', { ...read, schema: { summary: 'Counts and your place', tags, response: { 200: figures } } }, ({ caller }) =>
    queueFigures(caller, context),
  );
};
