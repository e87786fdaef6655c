import type { FastifyReply, FastifyRequest } from 'fastify';
import { withScope } from '../../core/index.ts';
import type { Logger } from '../../observe/index.ts';
import { isChange } from '../auth/origin.ts';
import { failureOf } from '../errors/request-error.ts';

const longestPath = 200;

/** A path without its query, which may hold prompts. */
export const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';

/** The secret of a link is a part of its path. */
const withoutSecret = (path: string): string => path.replace(/(\/shared?\/)[^/]+/, '$1…');

/** One line for each request: a change at info, a look at debug, a failure of the server at error, with its cause. */
export function logAccess(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  withScope({ requestId: request.id }, () => {
    const path = withoutSecret(pathOf(request.originalUrl)).slice(0, longestPath);
    const caller = request.caller?.name ?? 'nobody';
    const line = `${request.method} ${path} ${reply.statusCode} ${Math.round(reply.elapsedTime)} ms ${caller}`;
    const failure = failureOf(request);
    if (reply.statusCode >= 500 && failure !== undefined) log.error(line, failure);
    else if (isChange(request.method) || reply.statusCode >= 500) log.info(line);
    else log.debug(line);
  });
}
