import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import { publicError } from '../errors/request-error.ts';

export interface OpenaiError {
  message: string;
  type: string;
  /** The field that is wrong. */
  param: string | null;
  code: string | null;
}

/** Codes that OpenAI has for the same; clients compare some of them. */
const codes: Partial<Record<ErrorCode, string>> = {
  ERR_INVALID_ARGUMENT: 'invalid_value',
  ERR_MODEL_NOT_FOUND: 'model_not_found',
  ERR_UNAUTHENTICATED: 'invalid_api_key',
  ERR_FORBIDDEN: 'insufficient_permissions',
  ERR_RATE_LIMIT: 'rate_limit_exceeded',
  ERR_NOT_FOUND: 'not_found',
  ERR_IMAGE_DECODE: 'invalid_image',
  ERR_UNSUPPORTED: 'unsupported_value',
  ERR_INTERNAL: 'server_error',
};

const typeOf = (status: number): string => {
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
};

/** Names of our options -> the field of a request that they come from. */
const fields: Readonly<Record<string, string>> = {
  width: 'size',
  height: 'size',
  batchCount: 'n',
  initImage: 'image',
  maskImage: 'mask',
  referenceImages: 'image',
};

/** `size` of `size: expected WIDTHxHEIGHT, got "large"`. */
function paramOf(message: string): string | null {
  const [, name] = /^([\w.[\]-]+): expected /.exec(message) ?? [];
  return name === undefined ? null : (fields[name] ?? name);
}

/** An error in the shape that OpenAI's clients read, with its HTTP status. */
export function openaiError(error: unknown, request: FastifyRequest, context: ServerContext): { status: number; error: OpenaiError } {
  const { status, code, message } = publicError(error, request, context.home);
  const shown = codes[code] ?? code.replace(/^ERR_/, '').toLowerCase();
  return { status, error: { message, type: typeOf(status), param: status < 500 ? paramOf(message) : null, code: shown } };
}

/** Every error of the routes of `app` goes out in OpenAI's shape. */
export function answerInOpenaiShape(app: FastifyInstance, context: ServerContext): void {
  app.setErrorHandler((failure, request, reply) => {
    const { status, error } = openaiError(failure, request, context);
    return reply.code(status).type('application/json; charset=utf-8').send(JSON.stringify({ error }));
  });
}
