import { ArtistError, hidden, redact, systemCode } from '../../core/index.ts';
import { proxyFor } from './proxy.ts';
import { isAllowedUrl, publicUrl } from './source.ts';

export type Fetch = typeof globalThis.fetch;

/** What a request needs besides its address. */
export interface HttpContext {
  readonly fetch: Fetch;
  /** Sent only to `tokenHost`, never to the target of a redirect. */
  readonly token: string | undefined;
  readonly tokenHost: string | undefined;
  /** Repository named in the message when access is denied. */
  readonly repo: string | undefined;
  readonly endpoint: string;
  /** A connection without data for this long counts as broken. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly response: Response;
  /** SHA-256 that the hub announces for the file, before it redirects to its storage. */
  readonly sha256: string | undefined;
  /** Aborted when the caller aborts, when the connection stalls, and by close(). */
  readonly signal: AbortSignal;
  /** Resets the stall timer; call for every chunk. */
  alive(): void;
  /** Stops the request and its timers. Idempotent. */
  close(): void;
}

const maxRedirects = 8;

/** A temporary failure, retried with a growing pause. */
export class Transient extends Error {
  readonly retryAfterMs: number | undefined;
  /** The server answered, so the final error is ERR_DOWNLOAD, not ERR_NETWORK. */
  readonly reached: boolean;
  /** The system's error code of a broken connection, such as "ENOTFOUND". */
  readonly code: string | undefined;

  constructor(
    message: string,
    options: { retryAfterMs?: number | undefined; reached?: boolean; code?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.retryAfterMs = options.retryAfterMs;
    this.reached = options.reached ?? false;
  }
}

/**
 * One GET request. Follows redirects itself, so that the token goes only to its host. Resolves for 200, 206 and 416.
 *
 * @throws Transient for 408, 425, 429, 5xx and broken connections; ArtistError ERR_GATED, ERR_MODEL_NOT_FOUND, ERR_DOWNLOAD
 */
export async function get(start: URL, headers: Readonly<Record<string, string>>, context: HttpContext): Promise<Reply> {
  const control = new AbortController();
  const abort = (): void => control.abort(context.signal.reason);
  if (context.signal.aborted) throw context.signal.reason;
  context.signal.addEventListener('abort', abort, { once: true });
  let timer: NodeJS.Timeout | undefined;
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => control.abort(new Transient(`${publicUrl(start)}: no data for ${context.stallMs / 1000} s`)), context.stallMs);
  };
  const close = (): void => {
    clearTimeout(timer);
    context.signal.removeEventListener('abort', abort);
    control.abort(new Transient('closed'));
  };
  try {
    let url = start;
    let sha256: string | undefined;
    for (let hop = 0; hop <= maxRedirects; hop++) {
      alive();
      const authorization: Record<string, string> =
        context.token !== undefined && url.host === context.tokenHost ? { authorization: `Bearer ${context.token}` } : {};
      const response = await abortable(
        context.fetch(url, { headers: { ...headers, ...authorization }, redirect: 'manual', signal: control.signal }),
        control.signal,
      );
      sha256 ??= announcedHash(response.headers);
      const next = redirectTarget(response, url);
      if (!next) return { response: await accepted(response, url, context), sha256, signal: control.signal, alive, close };
      discard(response);
      url = next;
    }
    throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(start)}: more than ${maxRedirects} redirects`);
  } catch (error) {
    const failure = withoutToken(classify(error, start, context.signal, control.signal), context.token);
    close();
    throw failure;
  }
}

/**
 * Settles with `work` or rejects with the signal's reason, whichever is first: fetch and its bodies do not always settle when aborted (seen
 * in Node 20).
 */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Converts errors of fetch and of reading a body: the caller's abort, a stall, or a broken connection. */
export function classify(error: unknown, url: URL, outer: AbortSignal, inner?: AbortSignal): unknown {
  if (outer.aborted) return outer.reason;
  if (error instanceof ArtistError || error instanceof Transient) return error;
  if (inner?.aborted && inner.reason instanceof Transient) return inner.reason;
  const cause = rootCause(error);
  const through = proxyOf(url);
  const refused = cause instanceof Error ? /^Proxy response \((4\d\d)\)/.exec(cause.message)?.[1] : undefined;
  if (refused !== undefined && through !== undefined)
    return new ArtistError(
      'ERR_NETWORK',
      `${publicUrl(url)}: the proxy ${through} answered ${refused}${refused === '407' ? ': it wants a user and a password, as http://user:password@host:port' : ', it does not let this address through. Name the host in NO_PROXY to ask it directly'}`,
    );
  const code = systemCode(cause);
  return new Transient(`${publicUrl(url)}: ${reasonOf(cause, code)}${through === undefined ? '' : ` (through the proxy ${through})`}`, {
    cause: error,
    code,
  });
}

/** fetch() wraps the cause once; with a refusing proxy, twice. */
function rootCause(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 10 && root instanceof Error && root.cause instanceof Error; depth++) root = root.cause;
  return root;
}

/** Describes the proxy of an address: where it is and which variable names it. */
function proxyOf(url: URL): string | undefined {
  try {
    const proxy = proxyFor(url);
    return proxy === undefined ? undefined : `${proxy.shown} of ${proxy.variable}`;
  } catch {
    return undefined; // not a valid proxy address: the request reports that if it uses the proxy
  }
}

function reasonOf(cause: unknown, code: string | undefined): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `no such host, or no network (${code})`;
  // For several addresses Node throws one error with a code but no message.
  const text = cause instanceof Error ? cause.message : String(cause);
  return redact(text === '' ? (code ?? 'the connection failed') : text);
}

function withoutText(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, hidden).replaceAll(encodeURIComponent(secret), hidden);
}

/** Removes the token from texts, because servers may echo it: it must not reach a message, a log or a cause. */
function withoutToken(error: unknown, token: string | undefined): unknown {
  if (!(error instanceof Error) || token === undefined) return error;
  const clean = (text: string): string => withoutText(text, token);
  for (let current: unknown = error, depth = 0; current instanceof Error && depth < 10; current = current.cause, depth++) {
    const message = clean(current.message);
    if (message === current.message) continue;
    if (current.stack !== undefined) current.stack = clean(current.stack);
    current.message = message;
  }
  return error;
}

/** Frees the connection of an unread body. Not awaited, because a broken one may never settle. */
function discard(response: Response): void {
  response.body?.cancel().catch(() => undefined);
}

function redirectTarget(response: Response, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const location = response.headers.get('location');
  if (location === null || !URL.canParse(location, from.href))
    throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(from)}: a redirect without an address`);
  const next = new URL(location, from);
  if (!isAllowedUrl(next))
    throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(from)}: redirects to the unencrypted address ${publicUrl(next)}`);
  return next;
}

/** The hub's `x-linked-etag` is the SHA-256 of a large file; of small ones it is a git hash of 40 digits. */
function announcedHash(headers: Headers): string | undefined {
  const text = headers.get('x-linked-etag')?.replace(/^W\//, '').replaceAll('"', '').toLowerCase();
  return text !== undefined && /^[0-9a-f]{64}$/.test(text) ? text : undefined;
}

async function accepted(response: Response, url: URL, context: HttpContext): Promise<Response> {
  const { status } = response;
  if (status === 200 || status === 206 || status === 416) return response;
  // Redact before truncating, or part of the token could remain.
  const hubMessage = redact(withoutText(response.headers.get('x-error-message') ?? '', context.token)).slice(0, 200);
  const hubCode = response.headers.get('x-error-code') ?? '';
  discard(response);
  const said = hubMessage === '' ? '' : ` (${hubMessage})`;
  if (hubCode === 'RepoNotFound') throw noRepository(url, status, context);
  if (status === 401 || status === 403) throw denied(url, status, context, `${hubCode} ${hubMessage}`, said);
  if (status === 404 || status === 410)
    throw new ArtistError(
      'ERR_MODEL_NOT_FOUND',
      hubCode === 'RevisionNotFound'
        ? `${publicUrl(url)}: the repository has no such branch, tag or commit (${status}). See ${pageOf(url, context)}`
        : `${publicUrl(url)}: no such file on the server (${status}). It may have moved: check the name on the site`,
    );
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new Transient(`${publicUrl(url)}: the server answered ${status}`, {
      retryAfterMs: retryAfter(response.headers.get('retry-after')),
      reached: true,
    });
  throw new ArtistError('ERR_DOWNLOAD', `${publicUrl(url)}: the server answered ${status}${said}`);
}

const pageOf = (url: URL, context: HttpContext): string =>
  context.repo === undefined ? publicUrl(url) : `${context.endpoint}/${context.repo}`;

function noRepository(url: URL, status: number, context: HttpContext): ArtistError {
  return new ArtistError(
    'ERR_MODEL_NOT_FOUND',
    `${publicUrl(url)}: the hub has no repository ${context.repo ?? ''} (${status}), or it is private and the token may not see it. Check the name at ${pageOf(url, context)}`,
  );
}

/**
 * Access denied has several causes. The hub says "gated" explicitly; otherwise it answers the same for a missing and a private repository,
 * so they cannot be distinguished.
 */
function denied(url: URL, status: number, context: HttpContext, reason: string, said: string): ArtistError {
  const start = `${publicUrl(url)}: access denied (${status})${said}.`;
  if (context.repo === undefined) return new ArtistError('ERR_GATED', `${start} Download it with a browser and pass the file's path`);
  const page = pageOf(url, context);
  const tokenSent = context.token !== undefined && url.host === context.tokenHost;
  const isGated = /gated|restricted|awaiting|agree|accept/i.test(reason);
  const doubt = isGated ? '' : ` There may be no such repository: check the name at ${page}. If it is right, it is gated or private:`;
  const advice = tokenSent
    ? `Your token was not accepted for it: sign in, accept the terms at ${page}, and check that the token may read gated repositories`
    : `Sign in, accept the terms at ${page}, create a read token in your account's settings, and set it as HF_TOKEN`;
  return new ArtistError('ERR_GATED', `${start}${doubt} ${doubt === '' ? advice : advice.charAt(0).toLowerCase() + advice.slice(1)}`);
}

function retryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = Number(text);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), 60_000) : undefined;
}
