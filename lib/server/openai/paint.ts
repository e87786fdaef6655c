/** From a planned request to its answer: submits, follows, and answers in one of three ways. */
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerContext } from '../context.ts';
import { holdAnswer } from '../painting/held-answer.ts';
import { jsonText } from '../pictures/json-text.ts';
import { type AnswerParts, failureOfJob, imagesAnswer } from './answers.ts';
import { openaiError } from './errors.ts';
import { Followers, fingerprintOf } from './followers.ts';
import { PictureLinks } from './links.ts';
import type { AnswerForm, Plan } from './plan.ts';
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
    const { id } = await this.#followers.begin({ ...wanted, client: request.caller.id, dialect: 'openai' }, attempt);
    const release = this.#followers.hold(id);
    if (gone.aborted) release('gone');
    gone.addEventListener('abort', () => release('gone'), { once: true });
    reply.raw.once('finish', () => release('answered'));
    if (answer.stream) this.#stream(id, answer, request, reply, gone);
    else
      await this.#whole(id, answer, request, reply).catch((error: unknown) => {
        // No client is left to be answered.
        if (!gone.aborted) throw error;
      });
    return reply;
  }

  #parts(request: FastifyRequest): AnswerParts {
    return { context: this.#context, links: this.links, request };
  }

  #stream(job: string, form: AnswerForm, request: FastifyRequest, reply: FastifyReply, gone: AbortSignal): void {
    reply
      .type('text/event-stream; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
      .send(Readable.from(eventStream(job, form, this.#parts(request), gone)));
  }

  async #whole(job: string, form: AnswerForm, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { jobs, clock } = this.#context;
    await holdAnswer(reply, {
      clock,
      make: async (gone) => {
        const ended = await jobs.wait(job, { signal: gone });
        const failure = failureOfJob(ended);
        if (failure === undefined) return jsonText(await imagesAnswer(ended, form, this.#parts(request)));
        // The SDK would submit it again: for the same error, or although a person has cancelled it. The queue has tried it twice already.
        reply.header('x-should-retry', 'false');
        throw failure;
      },
      failed: (failure) => JSON.stringify({ error: openaiError(failure, request, this.#context).error }),
    });
  }
}
