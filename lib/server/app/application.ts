import type { Socket } from 'node:net';
import fastifyRateLimit from '@fastify/rate-limit';
import fastifySwagger from '@fastify/swagger';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest, type RawServerDefault } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import type { ServerSettings } from '../../config/index.ts';
import { ArtistError, createIds, withScope } from '../../core/index.ts';
import type { Logger } from '../../observe/index.ts';
import { guardRequests } from '../auth/guard.ts';
import { OriginGuard } from '../auth/origin.ts';
import type { TokenBook } from '../auth/tokens.ts';
import type { ServerContext } from '../context.ts';
import { replyWithError } from '../errors/reply.ts';
import { validatorCompiler } from '../errors/validation.ts';
import { completeDocument, swaggerOptions } from '../openapi/document.ts';
import { documentRoutes } from '../openapi/routes.ts';
import { opensPage, pageOf, sendAsset } from '../page/page.ts';
import { parseJsonBody } from '../pictures/json-body.ts';
import { logAccess, pathOf } from './access-log.ts';
import { trustedBy } from './address.ts';
import { refuseBadHttp } from './bad-http.ts';
import { compressReplies } from './compression.ts';
import { boundConnections } from './connections.ts';
import { setDefaultHeaders } from './headers.ts';
import { httpLimits, longestPathPart } from './limits.ts';
import { isLoopback } from './loopback.ts';
import type { Room } from './rooms.ts';
import { RouteTable } from './route-table.ts';

export interface ApplicationParts {
  context: ServerContext;
  settings: ServerSettings;
  tokens: TokenBook;
  /** It listens beyond this machine, so reading needs a token too. */
  tokensOnly: boolean;
  beyondLoopback: boolean;
  log: Logger;
  rooms: readonly Room[];
  /** Called before any route is registered. */
  watch: (app: FastifyInstance) => void;
}

/** JSON alone: a form or plain text, which a foreign page may send without asking, is refused (415). An empty body is none. */
function readJsonOnly(app: FastifyInstance, mostBytes: number): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  const parsed = (request: FastifyRequest, text: string): Promise<unknown> =>
    new Promise((resolve, reject) => parse(request, text, (error, value) => (error ? reject(error) : resolve(value))));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    body.length === 0 ? undefined : parseJsonBody(body, mostBytes, (text) => parsed(request, text)),
  );
}

/** `/art/v1/models` -> `/v1/models`. A path without the base path stays: many proxies remove it themselves, and some clients lose it. */
function withoutBase(url: string, basePath: string): string {
  if (basePath === '' || !url.startsWith(basePath)) return url;
  const rest = url.slice(basePath.length);
  return rest === '' ? '/' : rest.startsWith('?') ? `/${rest}` : rest.startsWith('/') ? rest : url;
}

/** Finds who answers an error for a path that no route has: the error handler of the API it belongs to. */
class ErrorHandlers {
  readonly #rooms: { paths: readonly string[]; instance: FastifyInstance }[] = [];

  add({ paths }: Room, instance: FastifyInstance): void {
    this.#rooms.push({ paths, instance });
  }

  /** undefined: the path belongs to none, or to one without a handler of its own. */
  for(app: FastifyInstance, path: string): FastifyInstance['errorHandler'] | undefined {
    const room = this.#rooms.find(({ paths }) => paths.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)));
    const handler = room?.instance.errorHandler;
    return handler === app.errorHandler ? undefined : handler;
  }
}

function newFastify({ settings, context: { home } }: ApplicationParts): FastifyInstance {
  const ids = createIds();
  const { maxHeaderSize, connectionsCheckingInterval, keepAliveTimeout } = httpLimits;
  const requestTimeout = settings.requestSeconds * 1000;
  const headersTimeout = Math.min(httpLimits.headersTimeout, requestTimeout);
  const trusts = trustedBy(settings.trustedProxies);
  return fastify<RawServerDefault>({
    genReqId: () => ids(),
    bodyLimit: settings.bodyKilobytes * 1000,
    requestTimeout,
    keepAliveTimeout,
    http: { maxHeaderSize, headersTimeout, connectionsCheckingInterval },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    ...(settings.trustedProxies.length > 0 && { trustProxy: (address: string | undefined) => trusts(address) }),
    rewriteUrl: ({ url = '/' }) => withoutBase(url, settings.basePath),
    routerOptions: { maxParamLength: longestPathPart, ignoreDuplicateSlashes: true, ignoreTrailingSlash: true },
    clientErrorHandler: (error: Error, socket: Socket) => refuseBadHttp(error, socket, ids()),
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setDefaultHeaders(reply, request.id);
      replyWithError(error, request, reply, home);
    },
  });
}

function addHooks(app: FastifyInstance, { context, settings, tokens, tokensOnly, beyondLoopback, log }: ApplicationParts): void {
  const { publicUrl, cors, hosts, readsPerMinute, changesPerMinute } = settings;
  const origins = new OriginGuard({ hosts, publicUrl, cors, beyondLoopback });
  const { closing, readOnly, warn } = context;
  const guard = guardRequests(app, { tokens, origins, tokensOnly, readsPerMinute, changesPerMinute, readOnly, closing, warn });
  app.addHook('onRequest', (request, reply, done) => {
    setDefaultHeaders(reply, request.id);
    withScope({ requestId: request.id }, done);
  });
  app.addHook('onRequest', guard);
  // A body arrives in events of its connection, outside the scope.
  app.addHook('preValidation', (request, _reply, done) => withScope({ requestId: request.id }, done));
  app.addHook('onResponse', (request, reply, done) => {
    logAccess(log, request, reply);
    done();
  });
}

/** 404, 405 and every other error, in the shape of the API that the path belongs to; for a browser that opens an unknown address, the page. */
function answerErrors(app: FastifyInstance, { context }: ApplicationParts, handlers: ErrorHandlers, routes: RouteTable): void {
  const { home } = context;
  app.setErrorHandler((error, request, reply) => {
    const handler = request.is404 ? handlers.for(app, pathOf(request.url)) : undefined;
    if (handler) return handler.call(app, error as FastifyError, request, reply);
    return replyWithError(error, request, reply, home);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = routes.methodsOf(pathOf(request.url));
    const { index } = await pageOf(context);
    if (index && allowed.length === 0 && opensPage(request)) return sendAsset(request, reply.code(404), index, 'no-cache');
    if (allowed.length === 0)
      throw new ArtistError('ERR_NOT_FOUND', 'path: expected one of this server, got another. See /openapi.json for all of them');
    reply.header('allow', allowed.join(', '));
    throw new ArtistError('ERR_METHOD', `method: expected ${allowed.join(' or ')}, got ${request.method}`);
  });
}

function holdConnections(app: FastifyInstance, { settings, context }: ApplicationParts): void {
  const { connections, connectionsPerAddress: most, trustedProxies } = settings;
  app.server.maxConnections = connections;
  if (most === 0) return;
  const trusts = trustedBy(trustedProxies);
  const isExempt = (address: string | undefined): boolean => address === undefined || isLoopback(address) || trusts(address);
  boundConnections(app.server, { most, isExempt, newId: createIds(), warn: context.warn });
}

/**
 * The HTTP application of a server, not listening yet.
 *
 * @throws ArtistError ERR_INTERNAL when a route names no scope, ERR_INVALID_ARGUMENT when a trusted proxy is no address
 */
export async function createApplication(parts: ApplicationParts): Promise<{ app: FastifyInstance; routes: RouteTable }> {
  const app = newFastify(parts);
  holdConnections(app, parts);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('caller');
  app.decorateRequest('readsFreely', false);
  readJsonOnly(app, parts.settings.bodyKilobytes * 1000);
  const handlers = new ErrorHandlers();
  const routes = new RouteTable();
  routes.hear(app);
  await app.register(fastifyRateLimit, { global: false });
  await app.register(fastifySwagger, swaggerOptions());
  answerErrors(app, parts, handlers, routes);
  addHooks(app, parts);
  compressReplies(app);
  parts.watch(app);
  for (const room of parts.rooms) {
    const add = async (instance: FastifyInstance): Promise<void> => {
      await room.routes(instance, parts.context);
      handlers.add(room, instance);
    };
    await app.register(add, { prefix: room.prefix });
  }
  documentRoutes(app, () => completeDocument(app, parts.rooms, parts.tokensOnly));
  return { app, routes };
}
