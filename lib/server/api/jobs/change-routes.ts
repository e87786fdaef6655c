import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { PaintJob } from '../../../service/index.ts';
import type { Caller, Routes } from '../../context.ts';
import { cleaner, hubOf } from '../../events/hub-of-server.ts';
import { editJob, moveJob, ownJob } from './job-actions.ts';
import { jobChange, jobId, jobMove } from './job-bodies.ts';
import { batchJobs, type QueueFigures, queueFigures } from './job-lists.ts';
import { jobView, viewJob } from './job-view.ts';

const tags = ['jobs'];
const paint = { config: { scope: 'paint' } } as const;
const admin = { config: { scope: 'admin' } } as const;
const one = { params: jobId, response: { 200: jobView } };
const paused = z.object({ paused: z.boolean() });

/** Changing and cancelling jobs, and pausing the queue. */
export const changeRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const clean = cleaner(context);
  const { jobs } = context;
  app.post(
    '/jobs/:id/cancel',
    { ...paint, schema: { summary: 'Cancel a job', description: 'Your own; with scope admin any.', tags, ...one } },
    async ({ caller, params }) => {
      const { id } = await ownJob(params.id, caller, context);
      return viewJob(await jobs.cancel(id), clean);
    },
  );
  app.post(
    '/jobs/:id/retry',
    { ...paint, schema: { summary: 'Paint a failed or cancelled job again', tags, ...one } },
    async ({ caller, params }) => {
      const { id } = await ownJob(params.id, caller, context);
      return viewJob(await jobs.retry(id), clean);
    },
  );
  app.patch(
    '/jobs/:id',
    {
      ...paint,
      schema: {
        summary: 'Change a waiting job',
        description: 'Its priority changes in place. Any other change makes a new job in its stead, whose id the answer has.',
        tags,
        ...one,
        body: jobChange,
      },
    },
    async ({ caller, params, body }) => viewJob(await editJob(params.id, body, caller, context), clean),
  );
  app.post(
    '/jobs/:id/move',
    {
      ...paint,
      schema: {
        summary: 'Move a waiting job to another place',
        description: 'It takes the priority of the job that it goes before; the others keep their order.',
        tags,
        ...one,
        body: jobMove,
      },
    },
    async ({ caller, params, body }) => viewJob(await moveJob(params.id, body.before, caller, context), clean),
  );
  queueRoutes(root, context);
};

const queueRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const clean = cleaner(context);
  const { jobs, queue } = context;
  app.post(
    '/batches/:id/cancel',
    {
      ...paint,
      schema: { summary: 'Cancel what is left of a grid', tags, params: jobId, response: { 200: z.object({ jobs: z.array(jobView) }) } },
    },
    async ({ caller, params }) => {
      const cancelled: PaintJob[] = [];
      for (const job of await batchJobs(params.id, context)) {
        await ownJob(job.id, caller, context);
        if (job.endedAt === null) cancelled.push(await jobs.cancel(job.id));
      }
      return { jobs: cancelled.map((job) => viewJob(job, clean)) };
    },
  );
  /** Told at once: a client that loaded between two looks at the queue would not hear of a pause that ends before the next. */
  const tellQueue = async (caller: Caller): Promise<QueueFigures> => {
    const figures = await queueFigures(caller, context);
    const { own: _, training: __, ...counts } = figures;
    hubOf(context).publish({ topic: 'queue', type: 'queue', data: counts, open: counts });
    return figures;
  };
  app.post(
    '/queue/pause',
    {
      ...admin,
      schema: { summary: 'Begin no more jobs', description: 'Also after a restart. Running ones end.', tags, response: { 200: paused } },
    },
    async ({ caller }) => {
      await queue.pause();
      return tellQueue(caller);
    },
  );
  app.post('/queue/resume', { ...admin, schema: { summary: 'Begin jobs again', tags, response: { 200: paused } } }, async ({ caller }) => {
    await queue.resume();
    return tellQueue(caller);
  });
};
