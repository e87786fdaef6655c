import type { FastifyReply } from 'fastify';
import { ArtistError } from '../../../core/index.ts';

/** Aborts when the client goes before it has its answer, so that nothing is searched or packed in vain. */
export function stopWhenGone({ raw }: FastifyReply): AbortSignal {
  const stop = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) stop.abort(new ArtistError('ERR_ABORTED', 'request: the client has gone'));
  });
  return stop.signal;
}
