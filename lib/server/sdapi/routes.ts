/** The API of AUTOMATIC1111's web UI, `/sdapi/v1` and `/internal`. See docs/server-a1111.md. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { jobSizeNote, pictureLimit } from '../app/limits.ts';
import type { Routes, ServerContext } from '../context.ts';
import { holdAnswer, type JsonPieces } from '../painting/held-answer.ts';
import { pictureOfText } from '../pictures/picture-text.ts';
import {
  extraAnswer,
  extrasAnswer,
  optionsAnswer,
  paintAnswer,
  pngInfoAnswer,
  progressAnswer,
  taskAnswer,
  taskList,
  withErrors,
} from './answers.ts';
import {
  extraBatchBody,
  extraSingleBody,
  img2imgBody,
  interrogateBody,
  optionsBody,
  pictureBody,
  progressQuery,
  taskBody,
  txt2imgBody,
} from './bodies.ts';
import { ClientOptions } from './client-options.ts';
import { extraBatch, extraSingle } from './extras.ts';
import { fastapiError, Refusal, speakFastapi } from './fastapi-errors.ts';
import { listRoutes } from './lists/list-routes.ts';
import { changesOf, shownOptions } from './options.ts';
import { img2img, txt2img } from './paint.ts';
import { pngInfo } from './png-info.ts';
import { interrupt, pendingTasks, progressOf, taskProgress } from './progress.ts';

const tags = ['A1111'];
const read = { scope: 'read' } as const;
const paint = { scope: 'paint' } as const;

type Make = (gone: AbortSignal) => Promise<JsonPieces>;

/** Painting takes minutes: the connection is kept open, and an error after the headers is a body with `detail`. */
const held = (context: ServerContext, request: FastifyRequest, reply: FastifyReply, make: Make): Promise<void> =>
  holdAnswer(reply, { make, clock: context.clock, failed: (error) => JSON.stringify(fastapiError(error, request, context).body) });

function paintRoutes(app: FastifyInstance, context: ServerContext, options: ClientOptions): void {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  const about = <B extends z.ZodType, A extends z.ZodType>(summary: string, body: B, answer: A, description?: string) => ({
    config: paint,
    bodyLimit: pictureLimit(context),
    schema: { tags, summary, ...(description && { description }), body, response: withErrors(answer) },
  });
  const size = jobSizeNote(context);
  typed.post('/txt2img', about('Paints a prompt', txt2imgBody, paintAnswer, size), async (request, reply) => {
    const { body, caller } = request;
    return held(context, request, reply, (gone) => txt2img({ context, options, caller, body, gone }));
  });
  typed.post('/img2img', about('Repaints a picture or a part of it', img2imgBody, paintAnswer, size), async (request, reply) => {
    const { body, caller } = request;
    return held(context, request, reply, (gone) => img2img({ context, options, caller, body, gone }));
  });
  typed.post('/extra-single-image', about('Enlarges a picture', extraSingleBody, extraAnswer), async (request, reply) => {
    const { body, caller } = request;
    return held(context, request, reply, (gone) => extraSingle({ context, caller, body, gone }, body.image));
  });
  typed.post('/extra-batch-images', about('Enlarges pictures', extraBatchBody, extrasAnswer), async (request, reply) => {
    const { body, caller } = request;
    return held(context, request, reply, (gone) => extraBatch({ context, caller, body, gone }, body.imageList));
  });
}

function pictureRoutes(app: FastifyInstance, context: ServerContext): void {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  const bodyLimit = pictureLimit(context);
  typed.post(
    '/png-info',
    { config: read, bodyLimit, schema: { tags, summary: 'Recipe in a picture', body: pictureBody, response: withErrors(pngInfoAnswer) } },
    async ({ body }) => pngInfo(await pictureOfText('image', body.image)),
  );
  typed.post(
    '/interrogate',
    { config: read, bodyLimit, schema: { tags, summary: 'Not supported', body: interrogateBody, response: withErrors(z.never()) } },
    async () => {
      throw new Refusal(404, 'Model not found: this server has no network that describes pictures in words');
    },
  );
}

function progressRoutes(app: FastifyInstance, context: ServerContext): void {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  typed.get(
    '/progress',
    {
      config: read,
      schema: { tags, summary: "Progress of the caller's jobs", querystring: progressQuery, response: withErrors(progressAnswer) },
    },
    async ({ query, caller }) => progressOf(context, caller, !/^(?:true|1|yes|on)$/i.test(query.skip_current_image ?? '')),
  );
  const stop = (summary: string, answer: z.ZodType) => ({ config: paint, schema: { tags, summary, response: withErrors(answer) } });
  typed.post('/interrupt', stop("Stops the caller's jobs", z.object({})), async ({ caller }) => {
    await interrupt(context, caller);
    return {};
  });
  typed.post('/skip', stop("Stops the caller's jobs", z.null()), async ({ caller }, reply) => {
    await interrupt(context, caller);
    return reply.type('application/json; charset=utf-8').send('null');
  });
}

function optionRoutes(app: FastifyInstance, context: ServerContext, options: ClientOptions): void {
  const typed = app.withTypeProvider<ZodTypeProvider>();
  typed.get(
    '/options',
    { config: read, schema: { tags, summary: "The caller's options", response: withErrors(optionsAnswer) } },
    async ({ caller }) => shownOptions(context, await options.of(caller.id)),
  );
  // Past the serializer, which has no text for null.
  app.post(
    '/options',
    { config: paint, schema: { tags, summary: "Changes the caller's options", body: optionsBody, response: withErrors(z.null()) } },
    async ({ body, caller }, reply) => {
      const change = await changesOf(context, await options.of(caller.id), body as z.output<typeof optionsBody>);
      if (Object.keys(change).length > 0) await options.change(caller.id, change);
      return reply.type('application/json; charset=utf-8').send('null');
    },
  );
}

/** What A1111's own page asks about its tasks, `/internal`. */
export const internalRoutes: Routes = (app, context) => {
  speakFastapi(app, context);
  const typed = app.withTypeProvider<ZodTypeProvider>();
  app.get('/ping', { config: read, schema: { tags, summary: 'Ping', response: withErrors(z.object({})) } }, async () => ({}));
  typed.get(
    '/pending-tasks',
    { config: read, schema: { tags, summary: "The caller's tasks", response: withErrors(taskList) } },
    async ({ caller }) => pendingTasks(context, caller),
  );
  typed.post(
    '/progress',
    { config: read, schema: { tags, summary: 'Progress of a task', body: taskBody, response: withErrors(taskAnswer) } },
    async ({ body, caller }) => taskProgress(context, caller, body),
  );
};

/** `/sdapi/v1` */
export const sdapiRoutes: Routes = (app, context) => {
  speakFastapi(app, context);
  const options = new ClientOptions(context);
  paintRoutes(app, context, options);
  pictureRoutes(app, context);
  progressRoutes(app, context);
  optionRoutes(app, context, options);
  listRoutes(app, context);
};
