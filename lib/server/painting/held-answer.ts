/** Answers that take minutes to make, on connections that proxies cut when nothing is sent for a minute. */
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { ArtistError, type Clock } from '../../core/index.ts';

/** JSON in pieces, so that several large pictures are never one string. */
export type JsonPieces = Iterable<string> | AsyncIterable<string>;

export interface HeldAnswer {
  /**
   * Makes the answer. `gone` aborts when the client closes the connection before the answer is complete. An error before the headers are sent is
   * thrown by holdAnswer(), so that the room's error handler chooses the status.
   */
  make: (gone: AbortSignal) => Promise<JsonPieces>;
  /** The JSON for an error after the headers are sent, when the status is 200 already. */
  failed: (error: unknown) => string;
  clock: Clock;
  /** Milliseconds after which the headers are sent although the answer is not there yet. Default 10 000. */
  earlyMs?: number;
  /** Milliseconds between the blanks that keep the connection open. Default 15 000. */
  everyMs?: number;
}

/** Aborts when the connection closes before the answer is complete. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new ArtistError('ERR_ABORTED', 'request: the client closed the connection'));
  });
  return gone.signal;
}

/** Whether `work` settles within `milliseconds`. */
async function settlesWithin(work: Promise<unknown>, milliseconds: number, clock: Clock): Promise<boolean> {
  const timer = new AbortController();
  const settled = work.then(
    () => true,
    () => true,
  );
  const late = clock.sleep(milliseconds, { signal: timer.signal }).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    timer.abort();
  }
}

/**
 * Sends JSON that takes long to make. Within `earlyMs` it is an ordinary answer. After that the headers go out with status 200, then a blank
 * every `everyMs`, which JSON permits before a value, then the JSON.
 *
 * @throws every error of `make` that comes before the headers are sent
 */
export async function holdAnswer(
  reply: FastifyReply,
  { make, failed, clock, earlyMs = 10_000, everyMs = 15_000 }: HeldAnswer,
): Promise<void> {
  const work = make(goneSignal(reply));
  const inTime = await settlesWithin(work, earlyMs, clock);
  const pieces = inTime ? await work : heldPieces(work, { failed, clock, everyMs });
  // A proxy that collects the answer before passing it on would make the blanks useless.
  void reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type('application/json; charset=utf-8');
  await reply.send(Readable.from(pieces, { objectMode: false }));
}

async function* heldPieces(
  work: Promise<JsonPieces>,
  { failed, clock, everyMs }: Required<Pick<HeldAnswer, 'failed' | 'clock' | 'everyMs'>>,
): AsyncGenerator<string> {
  do yield ' ';
  while (!(await settlesWithin(work, everyMs, clock)));
  try {
    yield* await work;
  } catch (error) {
    yield failed(error);
  }
}
