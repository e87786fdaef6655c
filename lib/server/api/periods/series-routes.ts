import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type OrderOptions, placeInSeries, type Series, SeriesStore } from '../../../artist/index.ts';
import { seriesState, submitSeries } from '../../../service/index.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { cleaner } from '../../events/hub-of-server.ts';
import { newJob } from '../jobs/job-bodies.ts';
import { jobStates, jobView, viewJob } from '../jobs/job-view.ts';
import { paintRequestOf } from '../jobs/paint-request.ts';

const tags = ['periods'];
/** Jobs that one request adds. */
const mostAtOnce = 200;
const text = z.string().trim().min(1).max(2000);
const series = z.object({
  id: z.string(),
  name: z.string(),
  works: z.int(),
  subjects: z.array(z.string()),
  topic: z.string().nullable(),
  styles: z.array(z.string()),
  seed: z.number().nullable(),
  createdAt: z.string(),
  ended: z.boolean(),
});
const state = series.extend({
  painted: z.array(z.object({ index: z.int().describe('From 0'), work: z.string().describe('Id of the work') })),
  missing: z.array(z.int()).describe('Indexes without a work; those that a job will paint are among them'),
  jobs: z.array(z.object({ index: z.int(), id: z.string(), state: z.enum(jobStates), fraction: z.number() })).describe('That wait or run'),
});
const one = z.strictObject({ series: z.string().min(1).max(2000).describe('Id or name') });

const viewOf = ({ createdAt, topic, seed, ...rest }: Series): z.output<typeof series> => ({
  ...{ ...rest, topic: topic ?? null, seed: seed ?? null },
  createdAt: new Date(createdAt).toISOString(),
});

const paintBody = z.strictObject({
  count: z.int().min(1).max(mostAtOnce).default(mostAtOnce).describe('At most this many works now'),
  model: newJob.shape.model,
  options: newJob.shape.options.describe('Options of create() for every work, such as candidates and steps'),
  priority: newJob.shape.priority,
});

const viewOfState = ({ series: own, works, missing, jobs }: Awaited<ReturnType<typeof seriesState>>): z.output<typeof state> => ({
  ...viewOf(own),
  painted: works.map((work) => ({ index: placeInSeries(work).index ?? 0, work: work.id })).sort((a, b) => a.index - b.index),
  missing,
  jobs: jobs.map(({ index, job }) => ({ index, id: job.id, state: job.state, fraction: job.progress?.fraction ?? 0 })),
});

/** Series: a number of works on one subject or in one style. Their works are found by the reading routes, by series. */
export const seriesRoutes: Routes = (root, context) => {
  const { home, clock } = context;
  const app = root.withTypeProvider<ZodTypeProvider>();
  const store = new SeriesStore({ home: home.folder, clock });
  app.get(
    '/series',
    { config: { scope: 'paint' }, schema: { summary: 'All series', tags, response: { 200: z.object({ series: z.array(series) }) } } },
    async () => ({ series: (await store.list()).map(viewOf) }),
  );
  app.get(
    '/series/:series',
    {
      config: { scope: 'paint' },
      schema: { summary: 'A series: which works are there, and which wait or are painted', tags, params: one, response: { 200: state } },
    },
    async ({ params }) => viewOfState(await seriesState(params.series, context)),
  );
  app.post(
    '/series',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Set up a series', description: 'POST /series/{series}/paint paints its works.', tags },
        body: z.strictObject({
          name: text,
          works: z.int().min(1).max(10_000).optional().describe('Default: one for each subject and style, at least 4'),
          subjects: z.array(text).max(1000).default([]),
          topic: text.optional(),
          styles: z.array(text).max(100).default([]),
          seed: z.int().min(0).optional(),
        }),
        response: { 201: series },
      },
    },
    async ({ body: { works, topic, seed, ...given } }, reply) => {
      const all = Math.max(4, Math.max(1, given.subjects.length) * Math.max(1, given.styles.length));
      const options = { ...given, works: works ?? all, ...(topic !== undefined && { topic }), ...(seed !== undefined && { seed }) };
      return reply.code(201).send(viewOf(await store.start(options, clock.now())));
    },
  );
  jobRoutes(root, context);
};

/** What adds and cancels jobs. */
function jobRoutes(root: FastifyInstance, context: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const clean = cleaner(context);
  const store = new SeriesStore({ home: context.home.folder, clock: context.clock });
  app.post(
    '/series/:series/end',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'End a series', description: 'Its works stay; its jobs that wait are cancelled.', tags },
        params: one,
        response: { 200: series },
      },
    },
    async ({ params }) => {
      const ended = await store.end(params.series);
      const { jobs } = await seriesState(ended.id, context);
      for (const { job } of jobs) if (job.state !== 'running') await context.jobs.cancel(job.id);
      return viewOf(ended);
    },
  );
  app.post(
    '/series/:series/paint',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Paint the next works of a series',
        description:
          'A job for each. Works that are there, and those that a job paints or will paint, are left out: calling it twice paints nothing twice.',
        tags,
        params: one,
        body: paintBody.nullish(),
        response: { 202: z.object({ series: state, jobs: z.array(jobView).describe('Those that were added') }) },
      },
    },
    async ({ params, body, caller }, reply) => {
      const { count, priority, ...wishes } = body ?? paintBody.parse({});
      const { options } = (await paintRequestOf(newJob.parse({ kind: 'create', ...wishes }), {}, caller, context)).work;
      const order = { count, priority, options: options as OrderOptions, client: caller.id };
      const added = await submitSeries(params.series, order, context);
      const now = await seriesState(params.series, context);
      return reply.code(202).send({ series: viewOfState(now), jobs: added.map(({ job }) => viewJob(job, clean)) });
    },
  );
}
