import type { FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { errorCodes, type Home } from '../../core/index.ts';
import { publicError } from './request-error.ts';

/** The body of every error of the own API. */
export const errorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [string, ...string[]]),
    message: z.string(),
    /** Also in the header x-request-id and in the log. */
    requestId: z.string(),
  }),
});

/** Sends an error in the shape of the own API. */
export function replyWithError(error: unknown, request: FastifyRequest, reply: FastifyReply, home: Home): void {
  const { status, code, message } = publicError(error, request, home);
  if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', 5);
  const body = JSON.stringify({ error: { code, message, requestId: request.id } } satisfies z.infer<typeof errorBody>);
  reply.code(status).type('application/json; charset=utf-8').send(body);
}
