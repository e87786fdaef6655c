import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ArtistError, redact, systemCode } from '../../core/index.ts';
import type { MetricsPage } from './metrics-page.ts';

export interface MetricsServerOptions {
  /** 0: any free port. */
  port: number;
  /** Default 127.0.0.1, because metrics should not be public. */
  host?: string;
  page: () => Promise<MetricsPage>;
  /** Describes what is wrong; undefined: healthy. */
  health: () => Promise<string | undefined>;
  /** Called when a page cannot be made. */
  onTrouble?: (error: unknown) => void;
}

export interface MetricsServer {
  /** `http://127.0.0.1:9464` */
  readonly url: string;
  close(): Promise<void>;
}

async function checkedPort(port: number): Promise<number> {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new ArtistError('ERR_INVALID_ARGUMENT', `metricsPort: expected an integer 0..65535, got ${port}`);
}

function answer(response: ServerResponse, status: number, type: string, text: string, withBody: boolean): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(withBody ? text : undefined);
}

const headersMs = 10_000;
const requestMs = 30_000;
const keepAliveMs = 10_000;
/** Idle limit of a connection: longer than making a page may take. */
const silentMs = 120_000;
const mostConnections = 100;

const plain = 'text/plain; charset=utf-8';

/**
 * Serves `/metrics` and `/healthz` (200 or 503). Concurrent scrapes share one page.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT when the port is out of range, ERR_NETWORK when it is taken or may not be opened
 */
export async function serveMetrics({ port, host = '127.0.0.1', page, health, onTrouble }: MetricsServerOptions): Promise<MetricsServer> {
  const wanted = await checkedPort(port);
  let making: Promise<MetricsPage> | undefined;
  const shared = (): Promise<MetricsPage> => {
    making ??= page().finally(() => {
      making = undefined;
    });
    return making;
  };
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const withBody = request.method !== 'HEAD';
    const path = (request.url ?? '').split('?')[0];
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, plain, 'only GET and HEAD\n', true);
    if (path === '/metrics') {
      const { contentType, text } = await shared();
      return answer(response, 200, contentType, text, withBody);
    }
    if (path === '/healthz') {
      const wrong = await health();
      return answer(response, wrong === undefined ? 200 : 503, plain, `${wrong ?? 'ok'}\n`, withBody);
    }
    return answer(response, 404, plain, 'there are /metrics and /healthz\n', withBody);
  };
  const server = createServer({ connectionsCheckingInterval: 2000, keepAlive: true }, (request, response) => {
    reply(request, response).catch((error: unknown) => {
      onTrouble?.(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, plain, `${redact(error instanceof Error ? error.message : String(error))}\n`, true);
    });
  });
  // Close silent connections, whether the client is idle or gone.
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.setTimeout(silentMs);
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => reject(listenError(host, wanted, cause)));
    server.listen(wanted, host, resolve);
  });
  server.on('error', (error) => onTrouble?.(error));
  const address = server.address();
  const open = typeof address === 'object' && address ? address.port : wanted;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${open}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listenError(host: string, port: number, cause: unknown): ArtistError {
  const code = systemCode(cause);
  const got =
    code === 'EADDRINUSE' ? 'one that another program has' : code === 'EACCES' ? 'no permission to open it' : (code ?? String(cause));
  return new ArtistError('ERR_NETWORK', `metricsPort: expected a free port ${port} of ${host}, got ${got}. Choose another`, { cause });
}
