import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ArtistError, systemCode } from '../../core/index.ts';
import { type Grant, readGrant } from './grant.ts';

/** A server on this machine that the browser is sent to after the consent (RFC 8252, 7.3). */
export interface Callback {
  /** http://127.0.0.1:PORT/callback */
  address: string;
  /** What the browser brings. */
  grant: Promise<Grant>;
  close: () => void;
}

export interface CallbackOptions {
  /** Of the sign-in: an answer with another state is none to it. */
  state: string;
  /** 0: a free one. */
  port: number;
  /** How long a person may take, milliseconds. */
  timeoutMs: number;
  signal: AbortSignal;
}

const path = '/callback';

const page = (title: string, text: string): string =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><body style="font:1.1rem system-ui;margin:4rem auto;max-width:32rem"><h1>${title}</h1><p>${text}</p></body></html>`;

function reply(response: ServerResponse, status: number, html: string): void {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    connection: 'close',
  };
  response.writeHead(status, headers).end(html);
}

/**
 * Waits on this machine alone for the browser to come back.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: `port` is none; ERR_BUSY: it is taken. `grant` fails with ERR_FORBIDDEN: the person or the server refused; ERR_UNAUTHENTICATED: the answer is to
 *   another request; ERR_TIMEOUT: nobody came; `signal.reason` when aborted
 */
export async function openCallback({ state, port, timeoutMs, signal }: CallbackOptions): Promise<Callback> {
  signal.throwIfAborted();
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ArtistError('ERR_INVALID_ARGUMENT', `port: expected a whole number in 0..65535, got ${port}`);
  let settle: { resolve: (grant: Grant) => void; reject: (reason: unknown) => void } | undefined;
  const grant = new Promise<Grant>((resolve, reject) => {
    settle = { resolve, reject };
  });
  grant.catch(() => undefined); // who waits for it hears of it
  const { resolve, reject } = settle as NonNullable<typeof settle>;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.method !== 'GET' || url.pathname !== path) return reply(response, 404, page('Not found', 'There is nothing here.'));
    try {
      const granted = readGrant(url.searchParams, state);
      reply(response, 200, page('Signed in', 'You can close this page.'));
      resolve(granted);
    } catch (error) {
      reply(response, 400, page('Not signed in', 'The terminal says why.'));
      reject(error);
    }
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', (cause) => failed(portError(port, cause)));
    server.listen(port, '127.0.0.1', listening);
  });
  const late = new ArtistError(
    'ERR_TIMEOUT',
    `sign-in: expected consent within ${Math.round(timeoutMs / 60_000)} minutes, got none. Run it again, or with --paste if the browser is on another machine`,
  );
  const timer = setTimeout(() => reject(late), timeoutMs);
  const unlink = onAbort(signal, reject);
  const close = (): void => {
    clearTimeout(timer);
    unlink();
    server.close();
    server.closeIdleConnections();
  };
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, grant, close };
}

function onAbort(signal: AbortSignal, reject: (reason: unknown) => void): () => void {
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return () => signal.removeEventListener('abort', abort);
}

function portError(port: number, cause: unknown): ArtistError {
  return new ArtistError(
    'ERR_BUSY',
    `port: expected a free one for the way back from the browser, got ${port} (${systemCode(cause) ?? String(cause)}). Choose another with --port, or use --paste`,
    { cause },
  );
}
