import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Federation, wellKnownPaths } from '../../federation/index.ts';
import type { Routes } from '../context.ts';

/** Bytes of an activity: far more than a reply with its mentions. */
const mostBytes = 500_000;
/** Answered without a token: other servers have none. Fedify checks the signature of what they send. */
const open = { scope: 'read', open: true } as const;

/** The paths of the account, for other servers and for people who open a post. */
export function federationRoutes(federation: Federation): Routes {
  const { url } = federation.addresses;
  const { host } = new URL(url);
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<Buffer> => {
    const { method, headers, body } = request;
    const sent = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    // A signature covers the host that the sender called, whatever a proxy made of it.
    const asked = new Request(new URL(request.url, url), {
      method,
      headers: [...sent.filter(([name]) => name !== 'host'), ['host', host]],
      ...(Buffer.isBuffer(body) && { body: new Uint8Array(body) }),
    });
    const response = await federation.fetch(asked);
    reply.code(response.status).headers(Object.fromEntries(response.headers));
    return Buffer.from(await response.arrayBuffer());
  };
  return (app: FastifyInstance) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: mostBytes }, async (_: FastifyRequest, body: Buffer) => body);
    const schema = { hide: true } as const;
    for (const path of [...wellKnownPaths, '/ap/*']) app.get(path, { config: open, schema }, answer);
    for (const path of ['/ap/inbox', '/ap/actors/:handle/inbox']) app.post(path, { config: open, schema, bodyLimit: mostBytes }, answer);
  };
}
