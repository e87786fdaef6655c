/** Errors in the shapes of FastAPI, which A1111 uses: `{detail: text}`, and for a body that does not fit a list with status 422. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { type Fault, findFaults } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import { publicError } from '../errors/request-error.ts';

/** A refusal with the status and text that clients know from A1111. */
export class Refusal extends Error {
  readonly statusCode: number;
  /** The field of the body that is at fault: makes the answer a list, as of FastAPI's own checks. */
  readonly field: readonly (string | number)[] | undefined;

  constructor(statusCode: number, message: string, field?: readonly (string | number)[]) {
    super(message);
    this.statusCode = statusCode;
    this.field = field;
  }
}

const entry = z.object({ loc: z.array(z.union([z.string(), z.number()])), msg: z.string(), type: z.string() });
export const errorBody = z.object({ detail: z.union([z.string(), z.array(entry)]) });
type ErrorBody = z.input<typeof errorBody>;

/** A part of a request that does not fit its schema. */
class Unfit extends Error {
  readonly statusCode = 422;
  readonly detail: z.input<typeof entry>[];

  constructor(part: string, faults: readonly Fault[]) {
    super('the request does not fit');
    this.detail = faults.map(({ path, message }) => ({
      loc: [part, ...path.map((key) => (typeof key === 'number' ? key : String(key)))],
      msg: message,
      type: 'value_error',
    }));
  }
}

/** fastify and its parser: a body that is not JSON. */
const isBadJson = (error: unknown): boolean =>
  error instanceof SyntaxError || (error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_INVALID_JSON_BODY');

/** Status and body for an error of a request. */
export function fastapiError(
  error: unknown,
  request: FastifyRequest,
  { home }: Pick<ServerContext, 'home'>,
): { status: number; body: ErrorBody } {
  if (error instanceof Refusal) {
    const { statusCode, message, field } = error;
    return { status: statusCode, body: { detail: field ? [{ loc: ['body', ...field], msg: message, type: 'value_error' }] : message } };
  }
  if (error instanceof Unfit) return { status: 422, body: { detail: error.detail } };
  if (isBadJson(error)) return { status: 422, body: { detail: [{ loc: ['body'], msg: 'JSON decode error', type: 'json_invalid' }] } };
  const { status, message } = publicError(error, request, home);
  return { status, body: { detail: message } };
}

/** Checks and answers like FastAPI on all routes of this plugin. */
export function speakFastapi(app: FastifyInstance, context: Pick<ServerContext, 'home'>): void {
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => {
    const part = httpPart === 'querystring' ? 'query' : (httpPart ?? 'body');
    return (data: unknown) => {
      const found = findFaults(schema, data);
      return found.faults ? { error: new Unfit(part, found.faults) } : { value: found.value };
    };
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = fastapiError(error, request, context);
    if (status === 503 && !reply.hasHeader('retry-after')) reply.header('retry-after', 5);
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify(body));
  });
}
