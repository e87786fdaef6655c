import type { FastifyRequest } from 'fastify';
import { readHost } from '../app/address.ts';
import { isLoopback } from '../app/loopback.ts';

/** Headers that proxies add to what they pass on. */
const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

/**
 * Whether a request that came through loopback or the Unix socket is that of a client on this machine, which may read without a token. A proxy
 * on this machine passes on requests from elsewhere: it names itself in a header, or keeps the name by which the client called it.
 */
export function isLocal(request: FastifyRequest): boolean {
  const host = readHost(request.headers.host ?? '');
  return host !== undefined && isLoopback(host.name) && forwarding.every((name) => request.headers[name] === undefined);
}
