import { homedir } from 'node:os';
import type { FastifyRequest } from 'fastify';
import { ArtistError, type ErrorCode, type Home, isArtistError, redact } from '../../core/index.ts';
import { statusOf } from './status.ts';

/** Codes for what fastify and its plugins refuse, by the status that they give. */
const codes: Readonly<Record<number, ErrorCode>> = {
  401: 'ERR_UNAUTHENTICATED',
  403: 'ERR_FORBIDDEN',
  404: 'ERR_NOT_FOUND',
  405: 'ERR_METHOD',
  408: 'ERR_TIMEOUT',
  413: 'ERR_TOO_LARGE',
  415: 'ERR_MEDIA_TYPE',
  429: 'ERR_RATE_LIMIT',
  431: 'ERR_TOO_LARGE',
  503: 'ERR_CLOSING',
};

/** Any error of a request as an ArtistError: those of fastify and its plugins by their status, unknown ones as ERR_INTERNAL. */
export function asRequestError(error: unknown): ArtistError {
  if (isArtistError(error)) return error;
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  const known = codes[status] ?? (status >= 400 && status < 500 ? 'ERR_INVALID_ARGUMENT' : undefined);
  const message = error instanceof Error ? error.message : String(error);
  return new ArtistError(known ?? 'ERR_INTERNAL', known === undefined ? message : `request: ${message}`, { cause: error });
}

/** Paths of this server, which may stay in messages. */
const ownPath = /^\/(?:api|v1|sdapi|sdcpp|internal|docs|openapi\.json|healthz|readyz|metrics)\b/;
/** Whether a path below the base path belongs to an API, not to the page. */
export const isApiPath = (path: string): boolean => ownPath.test(path);
const absolutePath = /(?<![\w.:/\\~-])(?:[A-Za-z]:[\\/]|\\\\|\/)[^\s"'`,;:()<>|]*[\\/]([^\s"'`,;:()<>|\\/]*)/g;

/** `text` with paths of this machine made relative to the home folder, or cut to the last name. */
export function withoutPaths(text: string, home: string): string {
  let short = text;
  for (const folder of [home, homedir()].filter((one) => one.length > 1))
    short = short.replaceAll(`${folder}/`, '').replaceAll(`${folder}\\`, '').replaceAll(folder, 'the home folder');
  return short.replace(absolutePath, (whole, name: string) => (ownPath.test(whole) ? whole : `…/${name}`));
}

const failures = new WeakMap<FastifyRequest, unknown>();

/** The error that a request was answered with, for the log; undefined: none. */
export const failureOf = (request: FastifyRequest): unknown => failures.get(request);

/**
 * What a client may see of an error, for the error handler of each API: no secrets, no paths of this machine, and nothing about faults of the
 * program itself. The log gets the error as it is, when the reply has been sent.
 */
export function publicError(error: unknown, request: FastifyRequest, home: Home): { status: number; code: ErrorCode; message: string } {
  failures.set(request, error);
  const failure = asRequestError(error);
  const { code } = failure;
  const message =
    code === 'ERR_INTERNAL'
      ? 'the server failed: its log has the details, under the id of this request'
      : withoutPaths(redact(failure.message), home.folder);
  return { status: statusOf(failure), code, message };
}
