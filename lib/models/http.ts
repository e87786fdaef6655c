import { ArtistError } from '../core/index.ts';
import { isAllowedUrl, publicUrl } from './source.ts';

export type Fetch = typeof globalThis.fetch;

/** What a request needs besides its address. */
export interface HttpContext {
  readonly fetch: Fetch;
  /** Sent only to `tokenHost`, never to where a redirect leads. */
  readonly token: string | undefined;
  readonly tokenHost: string | undefined;
  /** Repository to name when access is denied. */
  readonly repo: string | undefined;
  readonly endpoint: string;
  /** No byte for this long: the connection counts as broken. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly response: Response;
  /** SHA-256 that the hub announces for the file, before it redirects to its storage. */
  readonly sha256: string | undefined;
  /** Aborted when the caller aborts, when the connection stalls, and by close(). */
  readonly signal: AbortSignal;
  /** Feeds the stall timer; call for every chunk. */
  alive(): void;
  /** Stops the request and its timers. Idempotent. */
  close(): void;
}

const maxRedirects = 8;

/** A failure that may pass: retried with a growing pause. */
export class Transient extends Error {
  readonly retryAfterMs: number | undefined;
  /** The server was reached: ERR_DOWNLOAD in the end, not ERR_NETWORK. */
  readonly reached: boolean;

  constructor(message: string, options: { retryAfterMs?: number | undefined; reached?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.reached = options.reached ?? false;
  }
}

/**
 * One GET, following redirects itself so that the token stays with its host. Resolves for 200, 206 and 416.
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
    const failure = classify(error, start, context.signal, control.signal);
    close();
    throw failure;
  }
}

/** `work`, or the signal's reason, whichever is first: fetch and its bodies do not always settle when aborted (seen in Node 20). */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Errors of fetch and of reading a body, as ours: the caller's own abort, a stall, else a broken connection. */
export function classify(error: unknown, url: URL, outer: AbortSignal, inner?: AbortSignal): unknown {
  if (outer.aborted) return outer.reason;
  if (error instanceof ArtistError || error instanceof Transient) return error;
  if (inner?.aborted && inner.reason instanceof Transient) return inner.reason;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return new Transient(`${publicUrl(url)}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause: error });
}

/** Frees the connection of a body nobody reads; not waited for, since a broken one may never settle. */
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
  const hubMessage = response.headers.get('x-error-message');
  discard(response);
  if (status === 401 || status === 403) throw gated(url, status, context, hubMessage);
  if (status === 404 || status === 410)
    throw new ArtistError(
      'ERR_MODEL_NOT_FOUND',
      `${publicUrl(url)}: no such file on the server (${status}). It may have moved: check the name on the site`,
    );
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    throw new Transient(`${publicUrl(url)}: the server answered ${status}`, {
      retryAfterMs: retryAfter(response.headers.get('retry-after')),
      reached: true,
    });
  throw new ArtistError(
    'ERR_DOWNLOAD',
    `${publicUrl(url)}: the server answered ${status}${hubMessage ? ` (${hubMessage.slice(0, 200)})` : ''}`,
  );
}

function gated(url: URL, status: number, context: HttpContext, hubMessage: string | null): ArtistError {
  const said = hubMessage ? ` (${hubMessage.slice(0, 200)})` : '';
  const tokenSent = context.token !== undefined && url.host === context.tokenHost;
  const page = context.repo === undefined ? publicUrl(url) : `${context.endpoint}/${context.repo}`;
  const advice = tokenSent
    ? `Your token was not accepted for it: sign in, accept the terms at ${page}, and check that the token may read gated repositories`
    : `Sign in, accept the terms at ${page}, create a read token in your account's settings, and set it as HF_TOKEN`;
  return new ArtistError(
    'ERR_GATED',
    `${publicUrl(url)}: access denied (${status})${said}. ${context.repo === undefined ? `Download it with a browser and pass the file's path` : advice}`,
  );
}

function retryAfter(text: string | null): number | undefined {
  if (text === null) return undefined;
  const seconds = Number(text);
  const milliseconds = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.min(Math.max(milliseconds, 0), 60_000) : undefined;
}
