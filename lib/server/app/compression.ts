import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isLoopback } from './loopback.ts';

const compress = promisify(gzip);
/** Smaller bodies fit into one packet as they are. */
const leastBytes = 1400;
/** Longer ones would keep a thread of the pool busy that files and names wait for. */
const mostBytes = 256 * 1024;
const level = 4;
const types = /^(?:application\/(?:json|[\w.-]+\+(?:json|xml))|image\/svg\+xml|text\/[\w-]+)\b/;

const accepts = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/;

/** Entity tags name bytes, which differ with the encoding: replies that have one go out as they are. Streams have their own forms. */
function isCompressible({ method, ip }: FastifyRequest, reply: FastifyReply, payload: unknown): payload is string | Buffer {
  if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return false;
  const bytes = Buffer.byteLength(payload);
  return (
    method === 'GET' &&
    bytes >= leastBytes &&
    bytes <= mostBytes &&
    types.test(String(reply.getHeader('content-type') ?? '')) &&
    !reply.hasHeader('content-encoding') &&
    !reply.hasHeader('etag') &&
    !isLoopback(ip ?? '')
  );
}

/** Compresses lists and records for clients of other machines; on this one it would only cost time. */
export function compressReplies(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isCompressible(request, reply, payload)) return payload;
    const vary = reply.getHeader('vary') ?? reply.raw.getHeader('vary');
    reply.header('vary', vary === undefined ? 'Accept-Encoding' : `${vary}, Accept-Encoding`);
    if (!accepts.test(request.headers['accept-encoding'] ?? '')) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return compress(payload, { level });
  });
}
