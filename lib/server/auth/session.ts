/** The session of the page: its token, in a cookie that scripts cannot read. `<img>` and EventSource send cookies and no Authorization header. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readHost } from '../app/address.ts';

/** How long a browser stays signed in: the cookie, and the token that a code makes for it. */
export const sessionSeconds = 90 * 86_400;

/** Browsers send the cookies of a host to all its ports, so the name has the port: two servers of one machine would sign each other out. */
function cookieName(request: FastifyRequest): string {
  return `ai-artist-session-${readHost(request.host)?.port || 'default'}`;
}

/** The token in the cookie of this request; undefined: there is none. */
export function sessionToken(request: FastifyRequest): string | undefined {
  const prefix = `${cookieName(request)}=`;
  const found = (request.headers.cookie ?? '').split('; ').find((one) => one.startsWith(prefix));
  return found === undefined ? undefined : found.slice(prefix.length) || undefined;
}

function setCookie(request: FastifyRequest, reply: FastifyReply, value: string, maxAge: number, { basePath, secure }: CookieScope): void {
  const isSecure = secure || request.protocol === 'https';
  const path = basePath === '' ? '/' : basePath;
  reply.header(
    'set-cookie',
    `${cookieName(request)}=${value}; Path=${path}; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`,
  );
}

export interface CookieScope {
  basePath: string;
  /** The public address of the server is https. */
  secure: boolean;
}

export const openSession = (request: FastifyRequest, reply: FastifyReply, token: string, scope: CookieScope): void =>
  setCookie(request, reply, token, sessionSeconds, scope);

export const closeSession = (request: FastifyRequest, reply: FastifyReply, scope: CookieScope): void =>
  setCookie(request, reply, '', 0, scope);
