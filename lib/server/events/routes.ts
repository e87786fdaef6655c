import type { FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError } from '../../core/index.ts';
import { jobStates, openJobView, viewJob } from '../api/jobs/job-view.ts';
import type { Routes } from '../context.ts';
import { seesPrivate } from '../visibility.ts';
import { frameOf, type LoggedEvent, topics } from './event-log.ts';
import type { StreamFilter } from './event-stream.ts';
import { cleaner, hubOf } from './hub-of-server.ts';

/** HEAD would read a stream without an end. */
const endless = { config: { scope: 'read' }, exposeHeadRoute: false } as const;
const stream = { 200: z.string().describe('text/event-stream: server-sent events') };
const lastEvent = z.looseObject({ 'last-event-id': z.string().max(100).optional() });
const about = z.object({
  topics: z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(topics)))
    .optional()
    .describe(`Only these, with commas: ${topics.join(', ')}`),
  previews: z.stringbool().default(false).describe('Also previews of the pictures being painted, as base64'),
  lastEventId: z.string().max(100).optional().describe('As the header Last-Event-ID, for clients that cannot set it'),
});
const ended: ReadonlySet<string> = new Set(jobStates.slice(3));

function endsJob({ type, data }: LoggedEvent): boolean {
  return type === 'job' && ended.has((data as { state: string }).state);
}

function start(reply: FastifyReply): FastifyReply {
  // nginx would collect the events before passing them on.
  return reply.type('text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
}

/** Live events of everything, and of one job. */
export const eventsRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const hub = hubOf(context);
  const clean = cleaner(context);
  const checkRoom = (): void => {
    if (hub.isFull) throw new ArtistError('ERR_RATE_LIMIT', 'events: expected fewer clients at the same time. Try again later');
  };
  root.addHook('onClose', async () => hub.close());
  app.get(
    '/events',
    {
      ...endless,
      schema: { summary: 'Follow all changes', tags: ['events'], querystring: about, headers: lastEvent, response: stream },
    },
    async ({ caller, query, headers }, reply) => {
      checkRoom();
      const full = seesPrivate(caller);
      const filter: StreamFilter = {
        full,
        wants: ({ topic }) => query.topics?.includes(topic) ?? true,
        previews: () => query.previews && full,
      };
      return start(reply).send(hub.connect(filter, headers['last-event-id'] ?? query.lastEventId) as never);
    },
  );
  app.get(
    '/jobs/:id/events',
    {
      ...endless,
      schema: {
        summary: 'Follow one job to its end',
        tags: ['events'],
        params: z.strictObject({ id: z.string().max(128) }),
        querystring: about.omit({ topics: true }),
        headers: lastEvent,
        response: stream,
      },
    },
    async ({ caller, params: { id }, query, headers }, reply) => {
      checkRoom();
      const full = seesPrivate(caller);
      const filter: StreamFilter = {
        full,
        wants: ({ job }) => job === id,
        previews: (job) => job === id && query.previews && full,
        isLast: endsJob,
      };
      // Connected before the job is read, so that nothing falls between the two.
      const events = hub.connect(filter, headers['last-event-id'] ?? query.lastEventId);
      try {
        const view = viewJob(await context.jobs.get(id), clean);
        const now = frameOf('job', full ? view : openJobView(view));
        if (ended.has(view.state)) events.finish(now);
        else if (!events.isResumed) events.tell(now);
      } catch (error) {
        events.destroy();
        throw error;
      }
      return start(reply).send(events as never);
    },
  );
};
