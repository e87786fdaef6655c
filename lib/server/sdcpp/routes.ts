/** The API of stable-diffusion.cpp's server (`/sdcpp/v1`), so that its front ends connect. docs/server-sdcpp.md says what differs. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, display, isArtistError } from '../../core/index.ts';
import { imageFormats } from '../../image/index.ts';
import type { PaintJob } from '../../service/index.ts';
import { jobSizeNote, pictureLimit } from '../app/limits.ts';
import type { Caller, Routes, ServerContext } from '../context.ts';
import { submitChosen } from '../models/submit-chosen.ts';
import type { PictureForm } from '../pictures/encode.ts';
import { jsonText } from '../pictures/json-text.ts';
import { mostPending, sdcppCapabilities } from './capabilities.ts';
import { answerInSdcppShape } from './errors.ts';
import { sdcppBodyPictures, sdcppOptions } from './generate-options.ts';
import { acceptedAnswer, jobAnswer, nameOfForm } from './jobs.ts';
import { type SdcppParameters, sdcppParameters } from './parameters.ts';

const jobParams = z.object({ id: z.string() });
const accepted = z.object({ id: z.string(), kind: z.literal('img_gen'), status: z.string(), created: z.int(), poll_url: z.string() });

/** How long a cancellation waits for the engine to stop, milliseconds. */
const stopMs = 5000;

function formOf({ output_format, output_compression, embed_image_metadata }: SdcppParameters): PictureForm {
  const name = output_format === undefined || output_format === '' ? 'png' : output_format === 'jpg' ? 'jpeg' : output_format;
  const format = imageFormats.find((one) => one === name);
  if (format === undefined)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `output_format: expected ${imageFormats.join(', ')}, got ${display(name)}`);
  const quality = output_compression === undefined ? {} : { quality: Math.min(100, Math.max(1, output_compression)) };
  return { format, embedRecipe: embed_image_metadata !== false, ...quality };
}

async function submit(body: SdcppParameters, { id: client }: Caller, context: ServerContext): Promise<PaintJob> {
  const { jobs } = context;
  const form = formOf(body);
  const pictures = await sdcppBodyPictures(body);
  const options = sdcppOptions(body, pictures);
  const pending = await jobs.list({ client, dialect: 'sdcpp', states: ['waiting', 'delayed', 'running'], limit: mostPending });
  if (pending.length >= mostPending)
    throw new ArtistError(
      'ERR_RATE_LIMIT',
      `job queue is full: expected fewer than ${mostPending} of your jobs to wait, got ${pending.length}`,
    );
  const reference = nameOfForm(form, randomUUID());
  return await submitChosen({ work: { kind: 'generate', options }, pictures, client, dialect: 'sdcpp', reference }, context);
}

/** A job of this caller. Another's is not there for it, unless it may administer. */
async function jobFor(id: string, { id: client, scope }: Caller, { jobs }: ServerContext): Promise<PaintJob> {
  const job = await jobs.get(id);
  if (job.dialect === 'sdcpp' && (job.client === client || scope === 'admin')) return job;
  throw new ArtistError('ERR_NOT_FOUND', `job: expected the id of one of your jobs, got ${display(id)}`);
}

async function sendJob(reply: FastifyReply, job: PaintJob, context: ServerContext): Promise<FastifyReply> {
  try {
    const answer = await jobAnswer(job, context);
    return reply.type('application/json; charset=utf-8').send(Readable.from(jsonText(answer)));
  } catch (error) {
    if (!isArtistError(error, 'ERR_NOT_FOUND')) throw error;
    // The job is known, and its pictures have been there.
    return reply.code(410).send({ error: 'job expired', code: error.code });
  }
}

/** Cancels, and waits until the engine has stopped. */
async function cancelled(id: string, { jobs }: ServerContext): Promise<PaintJob> {
  const job = await jobs.cancel(id);
  if (job.endedAt !== null) return job;
  return await jobs.wait(id, { signal: AbortSignal.timeout(stopMs) }).catch(() => jobs.get(id));
}

function addJobs(plain: FastifyInstance, context: ServerContext): void {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  app.get('/jobs/:id', {
    config: { scope: 'read' },
    schema: { summary: 'The state of a job, with its pictures when it is done', tags: ['sdcpp'], params: jobParams },
    handler: async ({ params, caller }, reply) => sendJob(reply, await jobFor(params.id, caller, context), context),
  });
  app.post('/jobs/:id/cancel', {
    config: { scope: 'paint' },
    schema: { summary: 'Cancel a job', tags: ['sdcpp'], params: jobParams },
    handler: async ({ params, caller }, reply) => {
      const job = await jobFor(params.id, caller, context);
      return sendJob(reply, job.endedAt === null ? await cancelled(job.id, context) : job, context);
    },
  });
}

export const sdcppRoutes: Routes = (plain, context) => {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  answerInSdcppShape(app, context);
  app.get('/capabilities', {
    config: { scope: 'read' },
    schema: { summary: 'What this server can paint, and with which defaults', tags: ['sdcpp'] },
    handler: () => sdcppCapabilities(context),
  });
  app.post('/img_gen', {
    config: { scope: 'paint' },
    bodyLimit: pictureLimit(context),
    schema: {
      summary: 'Submit a job',
      description: jobSizeNote(context),
      tags: ['sdcpp'],
      body: sdcppParameters,
      response: { 202: accepted },
    },
    handler: async (request, reply) => {
      const job = await submit(request.body, request.caller, context);
      // A path, as there, but with the base path of this server.
      const { pathname } = new URL(context.addressOf(request, `/sdcpp/v1/jobs/${job.id}`));
      return reply.code(202).send(acceptedAnswer(job, pathname));
    },
  });
  app.post('/vid_gen', {
    config: { scope: 'paint' },
    bodyLimit: pictureLimit(context),
    schema: { summary: 'Refused: no videos are painted', tags: ['sdcpp'] },
    handler: () => {
      throw new ArtistError('ERR_UNSUPPORTED', 'mode: expected img_gen, got vid_gen. This server paints pictures, not videos');
    },
  });
  addJobs(app, context);
};
