import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ArtistError, errorLine } from '../../core/index.ts';
import { type Caller, permits, type Scope } from '../context.ts';
import { opensPage } from '../page/page.ts';
import { anonymous, seesPrivate } from '../visibility.ts';
import { allowOrigin, answerPreflight } from './cors.ts';
import { challengesFor, sentToken } from './credentials.ts';
import { isLocal } from './local.ts';
import { isChange, type OriginGuard } from './origin.ts';
import { sessionToken } from './session.ts';
import type { TokenBook } from './tokens.ts';

export interface GuardOptions {
  tokens: TokenBook;
  origins: OriginGuard;
  /** Reading needs a token too: the server can be reached from beyond this machine. */
  tokensOnly: boolean;
  /** Requests in a minute; 0: no limit. */
  readsPerMinute: number;
  changesPerMinute: number;
  /** Why the home can only be read: then every change is refused. undefined: it can be written. */
  readOnly: string | undefined;
  closing: AbortSignal;
  warn: (line: string) => void;
}

const minuteMs = 60_000;
/** Requests of an address in a minute with a wrong token, or without the one that is needed, before it must wait. */
const mostFailures = 30;

const unauthenticated = (message: string): ArtistError =>
  new ArtistError('ERR_UNAUTHENTICATED', `${message}. Send it as Authorization: Bearer TOKEN, or as the password of Basic`);

/** For a home that can only be read. Some routes of scope read are called with POST, and change nothing. @throws ArtistError ERR_FORBIDDEN */
function refuseToWrite(scope: Scope | undefined): void {
  if (scope === undefined || scope === 'read') return;
  throw new ArtistError(
    'ERR_FORBIDDEN',
    'home: expected one that this server can write, got one that it can only read. Look and search here; change it where it can be written',
  );
}

/** `Retry-After` and the error of too many requests. @throws ArtistError ERR_RATE_LIMIT */
function refuseTooMany(reply: FastifyReply, what: string, seconds: number): never {
  reply.header('retry-after', seconds);
  throw new ArtistError('ERR_RATE_LIMIT', `requests: expected fewer ${what} in a minute. Try again in ${seconds} s`);
}

/**
 * Checks each request before a byte of its body is read: Host, Origin, token, scope, number of requests. Needs the plugin @fastify/rate-limit,
 * and fastify's `onRequest`.
 */
export function guardRequests(
  app: FastifyInstance,
  options: GuardOptions,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const { tokens, origins, tokensOnly, readsPerMinute, changesPerMinute, readOnly, closing, warn } = options;
  const keyGenerator = (request: FastifyRequest): string => (seesPrivate(request.caller) ? request.caller.id : `ip ${request.ip}`);
  const limit = (max: number) => (max === 0 ? undefined : app.createRateLimit({ max, timeWindow: minuteMs, keyGenerator }));
  const limits = { reads: limit(readsPerMinute), changes: limit(changesPerMinute) };
  const failures = app.createRateLimit({ max: mostFailures, timeWindow: minuteMs, keyGenerator: ({ ip }) => `failed ${ip}` });

  const refuse = async (request: FastifyRequest, reply: FastifyReply, message: string): Promise<never> => {
    const state = await failures(request);
    if (!state.isAllowed && state.isExceeded) refuseTooMany(reply, 'without a valid token', state.ttlInSeconds);
    reply.header('www-authenticate', challengesFor(request.headers['sec-fetch-mode']));
    throw unauthenticated(message);
  };

  const callerOf = async (token: string): Promise<Caller | undefined> => {
    const facts = await tokens.find(token);
    if (!facts) return undefined;
    if (readOnly === undefined)
      tokens.use(facts).catch((error: unknown) => warn(`tokens: the last use cannot be recorded: ${errorLine(error)}`));
    return { id: facts.id, name: facts.name, scope: facts.scope };
  };

  const authenticate = async (request: FastifyRequest, reply: FastifyReply): Promise<Caller> => {
    const sent = sentToken(request.headers.authorization);
    if (sent === undefined) {
      // One of an unknown token counts as none: the page would be locked out of what anyone may read.
      const session = sessionToken(request);
      const known = session === undefined ? undefined : await callerOf(session);
      if (known) return known;
      request.readsFreely = !tokensOnly && isLocal(request);
      const isOpen = request.routeOptions.config.open || (request.is404 && opensPage(request));
      if (!request.readsFreely && !isOpen) await refuse(request, reply, 'token: expected one from a client on another machine, got none');
      return anonymous;
    }
    const caller = sent === '' ? undefined : await callerOf(sent);
    return caller ?? refuse(request, reply, 'token: expected a valid one, got one that is unknown, revoked or expired');
  };

  const checkRate = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const state = await (isChange(request.method) ? limits.changes : limits.reads)?.(request);
    if (state && !state.isAllowed && state.isExceeded) refuseTooMany(reply, 'of this caller', state.ttlInSeconds);
  };

  return async (request, reply) => {
    origins.checkHost(request);
    const { origin } = request.headers;
    if (origin !== undefined) reply.raw.setHeader('vary', 'Origin');
    if (origins.isListed(origin)) {
      allowOrigin(origin, reply);
      if (request.method === 'OPTIONS' && request.is404) return answerPreflight(request, reply);
    }
    if (closing.aborted && !request.routeOptions.config.open) {
      reply.header('retry-after', 5).header('connection', 'close');
      throw new ArtistError('ERR_CLOSING', 'server: expected one that accepts requests, got one that is shutting down. Try again soon');
    }
    const { scope, costly, private: isPrivate } = request.routeOptions.config;
    if (isChange(request.method) || costly) origins.checkOrigin(request);
    const caller = await authenticate(request, reply);
    // What it may do, for pages that show only that.
    request.caller = readOnly === undefined ? caller : { ...caller, scope: 'read' };
    await checkRate(request, reply);
    if (readOnly !== undefined && isChange(request.method)) refuseToWrite(scope);
    const hasToken = seesPrivate(caller);
    if (scope === undefined || (permits(caller, scope) && (hasToken || !isPrivate))) return;
    if (!hasToken) await refuse(request, reply, `token: expected one with scope ${scope}, got none`);
    throw new ArtistError('ERR_FORBIDDEN', `token: expected one with scope ${scope}, got one with ${caller.scope}`);
  };
}
