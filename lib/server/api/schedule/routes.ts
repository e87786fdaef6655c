import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { recordView } from '../../../artist/index.ts';
import { daemonStatus, formatMoment, planSimulation, ScheduleStore, scheduleFigures } from '../../../schedule/index.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { withoutPaths } from '../../shown-paths.ts';
import { addJob, editJob, viewOf } from './jobs.ts';
import { RequestedRuns } from './run-now.ts';
import { simulate } from './simulate.ts';
import { changedJob, figuresSchema, jobBody, jobSchema, runSchema, simulationBody, upcomingSchema } from './views.ts';

const tags = ['schedule'];
const one = z.strictObject({ job: z.string().min(1).max(200).describe('Id of a job, or a name that only one job has') });
const limit = z.coerce.number().int().min(1).max(1000);

/** The schedule: all that the command `schedule` does to its jobs. */
export const scheduleRoutes: Routes = (root, context) => {
  const store = new ScheduleStore(context.home.folder, { clock: context.clock });
  const runs = new RequestedRuns(store, context);
  root.addHook('onClose', () => runs.close());
  readingRoutes(root, { store, runs }, context);
  changingRoutes(root, { store, runs }, context);
  simulationRoute(root, store, context);
};

interface Scheduled {
  store: ScheduleStore;
  runs: RequestedRuns;
}

function readingRoutes(root: FastifyInstance, { store, runs }: Scheduled, context: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { clock, home } = context;
  app.get(
    '/schedule',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'The jobs, whether a schedule runs, and its figures', tags },
        response: {
          200: z.object({
            jobs: z.array(jobSchema),
            broken: z.array(z.object({ id: z.string(), name: z.string(), reason: z.string() })),
            daemon: z.object({ pid: z.int(), since: z.string(), heartbeat: z.string().nullable() }).nullable(),
            figures: figuresSchema,
          }),
        },
      },
    },
    async () => {
      const [state, holder] = [await store.read(), await daemonStatus(store)];
      // What stands in for a schedule keeps none of its times.
      const daemon = runs.isCarryingOut && holder?.owner.pid === process.pid ? undefined : holder;
      return {
        jobs: state.jobs.map((job) => viewOf(job, context)),
        broken: state.broken.map(({ id, name, reason }) => ({ id, name, reason })),
        daemon: daemon ? { pid: daemon.owner.pid, since: daemon.owner.since, heartbeat: daemon.heartbeat?.at ?? null } : null,
        figures: { ...scheduleFigures(state.history, clock.now()) },
      };
    },
  );
  app.get(
    '/schedule/:job',
    { config: { scope: 'paint' }, schema: { summary: 'A job', tags, params: one, response: { 200: z.object({ job: jobSchema }) } } },
    async ({ params }) => ({ job: viewOf(await store.get(params.job), context) }),
  );
  app.get(
    '/schedule/next',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'The coming runs', tags },
        querystring: z.strictObject({ job: z.string().max(200).optional(), limit: limit.default(10) }),
        response: { 200: z.object({ runs: z.array(upcomingSchema.extend({ local: z.string() })) }) },
      },
    },
    async ({ query }) => {
      const runs = await store.next(query.limit, query.job);
      return { runs: runs.map(({ at, ...run }) => ({ ...run, at: new Date(at).toISOString(), local: formatMoment(at, run.timeZone) })) };
    },
  );
  app.get(
    '/schedule/history',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'Runs that ended or were missed, newest first', tags },
        querystring: z.strictObject({
          job: z.string().max(200).optional(),
          failed: z.stringbool().default(false).describe('Only those that failed, in full or in part, or were missed'),
          limit: limit.default(20),
        }),
        response: { 200: z.object({ runs: z.array(runSchema), figures: figuresSchema }) },
      },
    },
    async ({ query: { job, failed, limit } }) => {
      const all = await store.history({ id: job, limit: 1000 });
      const records = all.filter(({ outcome }) => !failed || (outcome !== 'done' && outcome !== 'cancelled')).slice(0, limit);
      return {
        runs: records.map((record) => withoutPaths(recordView(record), home) as z.output<typeof runSchema>),
        figures: { ...scheduleFigures(all, clock.now()) },
      };
    },
  );
}

function changingRoutes(root: FastifyInstance, { store, runs }: Scheduled, context: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/schedule',
    { config: { scope: 'admin' }, schema: { summary: 'Add a job', tags, body: jobBody, response: { 201: changedJob } } },
    async ({ body }, reply) => {
      const { job, warnings } = await addJob(store, body, context);
      return reply.code(201).send({ job: viewOf(job, context), warnings });
    },
  );
  app.patch(
    '/schedule/:job',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Change a job', description: 'Options that are not named stay. A run that has begun keeps its options.', tags },
        ...{ params: one, body: jobBody.partial(), response: { 200: changedJob } },
      },
    },
    async ({ params, body }) => {
      const { job, warnings } = await editJob(store, params.job, body, context);
      return { job: viewOf(job, context), warnings };
    },
  );
  app.delete(
    '/schedule/:job',
    { config: { scope: 'admin' }, schema: { summary: 'Remove a job; its history stays', tags, params: one, response: { 204: z.null() } } },
    async ({ params }, reply) => {
      await store.remove(params.job);
      return reply.code(204).send(null);
    },
  );
  for (const action of ['pause', 'resume'] as const)
    app.post(
      `/schedule/:job/${action}`,
      {
        config: { scope: 'admin' },
        schema: {
          summary: action === 'pause' ? 'Pause a job' : 'Resume a paused job',
          tags,
          params: one,
          response: { 200: z.object({ job: jobSchema }) },
        },
      },
      async ({ params }) => ({ job: viewOf(await store[action](params.job), context) }),
    );
  app.post(
    '/schedule/:job/run',
    {
      config: { scope: 'admin' },
      schema: {
        ...{
          summary: 'Run a job now',
          description: 'A schedule that runs takes it within two seconds; without one, the server does.',
          tags,
        },
        ...{ params: one, response: { 202: z.object({ id: z.string(), by: z.enum(['schedule', 'server']) }) } },
      },
    },
    async ({ params }, reply) => reply.code(202).send(await runs.request(params.job)),
  );
  app.delete(
    '/schedule/runs/:run',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Withdraw a requested run that has not begun', tags, params: z.strictObject({ run: z.string().max(200) }) },
        response: { 200: z.object({ withdrawn: z.boolean() }) },
      },
    },
    async ({ params }) => ({ withdrawn: await store.withdraw(params.run) }),
  );
}

function simulationRoute(root: FastifyInstance, store: ScheduleStore, { closing }: ServerContext): void {
  root.withTypeProvider<ZodTypeProvider>().post(
    '/schedule/simulate',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'What the schedule would do', description: 'Paints and writes nothing.', tags, body: simulationBody },
        response: { 200: z.looseObject({ from: z.string(), to: z.string(), timeZone: z.string(), digest: z.string() }) },
      },
    },
    async ({ body }) => simulate(await planSimulation(body, store), closing),
  );
}
