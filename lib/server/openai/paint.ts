/** From a planned request to its answer: submits, follows, and answers in one of three ways. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PaintJob } from '../../service/index.ts';
import type { ServerContext } from '../context.ts';
import { type AnswerParts, failureOfJob, imagesAnswer } from './answers.ts';
import { openaiError } from './errors.ts';
import { Followers, fingerprintOf } from './followers.ts';
import { PictureLinks } from './links.ts';
import type { AnswerForm, Plan } from './plan.ts';
import { answerSlowly } from './slow-answer.ts';
import { eventStream } from './stream.ts';

/** Aborts when the connection of a request is closed before its answer is complete. */
function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

/** Set by the SDKs of OpenAI: 0 at the first try. */
const isRetry = ({ headers }: FastifyRequest): boolean => Number(headers['x-stainless-retry-count'] ?? 0) > 0;

export class Painter {
  readonly links: PictureLinks;
  readonly #context: ServerContext;
  readonly #followers: Followers;

  constructor(context: ServerContext) {
    this.#context = context;
    this.links = new PictureLinks(context.home, context.clock);
    this.#followers = new Followers(context);
  }

  /** @throws ArtistError every error of PaintJobs.submit(), and that of the job */
  async answer({ request: wanted, answer }: Plan, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const gone = goneOf(reply);
    const attempt = { fingerprint: await fingerprintOf(wanted), isRetry: isRetry(request) };
    const job = await this.#followers.begin({ ...wanted, client: request.caller.id, dialect: 'openai' }, attempt);
    const release = this.#followers.hold(job.id);
    if (gone.aborted) release('gone');
    gone.addEventListener('abort', () => release('gone'), { once: true });
    reply.raw.once('finish', () => release('answered'));
    return answer.stream ? this.#stream(job, answer, request, reply, gone) : await this.#whole(job, answer, request, reply, gone);
  }

  #parts(request: FastifyRequest): AnswerParts & { context: ServerContext } {
    return { context: this.#context, links: this.links, request };
  }

  #stream(job: PaintJob, form: AnswerForm, request: FastifyRequest, reply: FastifyReply, gone: AbortSignal): FastifyReply {
    reply
      .type('text/event-stream; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-should-retry': 'false' });
    return reply.send(Readable.from(eventStream(job, form, this.#parts(request), gone)));
  }

  async #whole({ id }: PaintJob, form: AnswerForm, request: FastifyRequest, reply: FastifyReply, gone: AbortSignal): Promise<FastifyReply> {
    const body = async (): Promise<object> => {
      const ended = await this.#context.jobs.wait(id, { signal: gone });
      const failure = failureOfJob(ended);
      if (failure === undefined) return imagesAnswer(ended, form, this.#parts(request));
      // The SDK would paint it again, for the same error.
      if (ended.startedAt !== null) reply.header('x-should-retry', 'false');
      throw failure;
    };
    return await answerSlowly(reply, body(), (failure) => ({ error: openaiError(failure, request, this.#context).error }));
  }
}
