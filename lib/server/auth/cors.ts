import type { FastifyReply, FastifyRequest } from 'fastify';

const exposed = 'x-request-id, retry-after, etag, last-modified, content-range, content-disposition, link';
const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const preflightSeconds = 600;

/** Headers for a page whose origin is listed. It sends its token itself; cookies and stored passwords of the browser are not allowed. */
export function allowOrigin(origin: string, reply: FastifyReply): void {
  reply.raw.setHeader('access-control-allow-origin', origin);
  reply.raw.setHeader('access-control-expose-headers', exposed);
}

/** Answers a preflight of a listed origin. */
export function answerPreflight(request: FastifyRequest, reply: FastifyReply): void {
  const wanted = request.headers['access-control-request-headers'];
  reply.raw.setHeader('access-control-allow-methods', methods);
  reply.raw.setHeader('access-control-max-age', String(preflightSeconds));
  if (typeof wanted === 'string' && /^[\w\-, ]{1,1000}$/.test(wanted)) reply.raw.setHeader('access-control-allow-headers', wanted);
  reply.code(204).send();
}
