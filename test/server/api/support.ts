import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fastify, { type FastifyError } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { loadConfig } from '../../../lib/config/index.ts';
import { type ErrorCode, Home, isArtistError, seededRandom, systemClock } from '../../../lib/core/index.ts';
import { type Artwork, Gallery, type SidecarChange } from '../../../lib/gallery/index.ts';
import { openQueue } from '../../../lib/schedule/index.ts';
import type { Caller, Routes, Scope, ServerContext } from '../../../lib/server/index.ts';
import { picture, recipe } from '../../gallery/support.ts';

export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist api 🖼 '));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

export interface Answer {
  status: number;
  body: ReturnType<typeof JSON.parse>;
  headers: Headers;
}

export interface TestServer {
  home: string;
  gallery: Gallery;
  context: ServerContext;
  /** Sends a request, by default with a token of scope admin; `none`: without a token. */
  call(
    method: string,
    address: string,
    options?: { body?: unknown; as?: Scope | 'none'; headers?: Record<string, string> },
  ): Promise<Answer>;
  file(prompt: string, about?: SidecarChange): Promise<Artwork>;
  close(): Promise<void>;
}

const statuses: Partial<Record<ErrorCode, number>> = {
  ERR_NOT_FOUND: 404,
  ERR_MODEL_NOT_FOUND: 404,
  ERR_CHANGED: 412,
  ERR_ALREADY_EXISTS: 409,
  ERR_LOCKED: 503,
  ERR_DISK_FULL: 507,
  ERR_INVALID_ARGUMENT: 400,
  ERR_CONFIG: 400,
  ERR_IMAGE_DECODE: 400,
};

/** A server with some rooms of the own API on a real home, on a port of its own. */
export async function serve(routes: Routes[], given?: { home?: string }): Promise<TestServer> {
  const home = given?.home ?? path.join(scratch, `home ${++count}`);
  const gallery = new Gallery({ home, random: seededRandom(count) });
  const queue = await openQueue({ driver: 'file', home });
  const closing = new AbortController();
  const context = {
    ...{ home: new Home(home), config: await loadConfig({ home }), gallery, queue, closing: closing.signal },
    clock: systemClock,
    warn: () => undefined,
    addressOf: (_: unknown, address: string) => address,
  } as unknown as ServerContext;
  const app = fastify({ bodyLimit: 1 << 20 });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller', null as unknown as Caller);
  app.addHook('onRequest', async (request, reply) => {
    const as = String(request.headers['x-as'] ?? 'admin') as Scope | 'none';
    request.caller = as === 'none' ? { id: 'local', name: 'local', scope: 'read' } : { id: `t-${as}`, name: as, scope: as };
    const order = ['read', 'paint', 'admin'];
    const wanted = request.routeOptions.config.scope;
    if (wanted !== undefined && order.indexOf(request.caller.scope) < order.indexOf(wanted))
      return reply.code(403).send({ error: { code: 'ERR_FORBIDDEN' } });
  });
  app.setErrorHandler((error: FastifyError, _, reply) => {
    const code = isArtistError(error)
      ? error.code
      : error.validation || (error.statusCode ?? 500) < 500
        ? 'ERR_INVALID_ARGUMENT'
        : 'ERR_INTERNAL';
    const status = isArtistError(error) ? (statuses[error.code] ?? 500) : (error.statusCode ?? 500);
    reply.code(status).send({ error: { code, message: error.message } });
  });
  for (const each of routes) await app.register(async (inner) => each(inner, context), { prefix: '/api/v1' });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    ...{ home, gallery, context },
    async call(method, to, { body, as = 'admin', headers = {} } = {}) {
      const raw = body instanceof Uint8Array;
      const response = await fetch(`${address}/api/v1${to}`, {
        method,
        headers: { 'x-as': as, ...(body !== undefined && !raw && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      } as RequestInit);
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
    },
    file: (prompt, about = {}) => gallery.add({ image: picture(recipe(prompt)), about }),
    async close() {
      closing.abort();
      await app.close();
      await queue.close();
    },
  };
}
