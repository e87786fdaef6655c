import { Readable } from 'node:stream';
import { setTimeout as later } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { jsonText } from '../pictures/json-text.ts';

export interface SlowTiming {
  /** After this time the answer begins although its body is not known yet, milliseconds. */
  beginMs: number;
  /** From then on a blank goes out whenever this time has passed, milliseconds. */
  everyMs: number;
}

/** Proxies cut connections that are silent for 60 seconds, some after 30. */
const usual: SlowTiming = { beginMs: 10_000, everyMs: 15_000 };

async function* blanksBefore(body: Promise<object>, failed: (error: unknown) => object, everyMs: number): AsyncGenerator<string> {
  yield ' ';
  const settled = body.catch(failed);
  for (;;) {
    const quiet = new AbortController();
    const beat = later(everyMs, undefined, { signal: quiet.signal, ref: false }).catch(() => undefined);
    const result = await Promise.race([settled, beat]);
    quiet.abort();
    if (result !== undefined) {
      yield* jsonText(result);
      return;
    }
    yield ' ';
  }
}

/**
 * Sends a JSON body that may take minutes. If it is not known after ten seconds, the answer begins with status 200 and a blank, and a further blank
 * follows every fifteen, which JSON permits before its text. An error before that has its own status. An error after it is the body
 * `{"error": {…}}` under the status 200 that has gone out.
 *
 * @param failed makes the body of an error
 */
export async function answerSlowly(
  reply: FastifyReply,
  body: Promise<object>,
  failed: (error: unknown) => object,
  { beginMs, everyMs }: SlowTiming = usual,
): Promise<FastifyReply> {
  const quiet = new AbortController();
  const begin = later(beginMs, undefined, { signal: quiet.signal, ref: false }).catch(() => undefined);
  const early = await Promise.race([body, begin]).finally(() => quiet.abort());
  reply.type('application/json; charset=utf-8').header('cache-control', 'no-store');
  if (early !== undefined) return reply.send(Readable.from(jsonText(early)));
  // nginx would collect the blanks.
  reply.header('x-accel-buffering', 'no').header('x-should-retry', 'false');
  return reply.send(Readable.from(blanksBefore(body, failed, everyMs)));
}
