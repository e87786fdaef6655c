import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import type { ServerContext } from '../context.ts';
import { publicError } from '../errors/request-error.ts';

/** The body of every error of stable-diffusion.cpp's server: a text. `code` is ours. */
export const sdcppErrorBody = z.object({ error: z.string(), code: z.string() });

/** Every error of the routes of `app` goes out in the shape of stable-diffusion.cpp's server. */
export function answerInSdcppShape(app: FastifyInstance, context: ServerContext): void {
  app.setErrorHandler((failure, request, reply) => {
    const { status, code, message } = publicError(failure, request, context.home);
    const body = JSON.stringify({ error: message, code } satisfies z.infer<typeof sdcppErrorBody>);
    return reply.code(status).type('application/json; charset=utf-8').send(body);
  });
}
