/** A real server on a home of its own, and a client that can send what fetch() refuses to: any Host, half a body, bytes that are no HTTP. */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { homeOf } from '../../lib/core/index.ts';
import { createLogger, jsonLine, type LogEntry } from '../../lib/observe/index.ts';
import { type RunningServer, type Scope, type ServerOptions, scopes, startServer, TokenBook } from '../../lib/server/index.ts';

export const scratch = mkdtempSync(path.join(tmpdir(), 'ai-artist shell 🐚-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
let count = 0;

export const newHome = (): string => path.join(scratch, `home ${count++}`);

export interface Shell {
  home: string;
  server: RunningServer;
  book: TokenBook;
  /** A token of each scope. */
  tokens: Readonly<Record<Scope, string>>;
  /** Everything that was logged so far, as JSON lines. */
  log: string[];
  send(path: string, options?: SendOptions): Promise<Reply>;
}

/** A server that does not paint. */
export async function startShell(options: ServerOptions = {}): Promise<Shell> {
  const home = options.home ?? newHome();
  const book = new TokenBook(homeOf(home), options.clock ? { clock: options.clock } : {});
  const tokens: Record<string, string> = {};
  for (const scope of scopes) {
    const known = (await book.list()).some(({ name }) => name === scope);
    if (!known) tokens[scope] = (await book.create({ name: scope, scope })).token;
  }
  const log: string[] = [];
  const logger = createLogger({ level: 'silent', terminal: { write: () => true } });
  logger.addSink({ level: 'trace', write: (entry: LogEntry) => log.push(jsonLine(entry)) });
  const server = await startServer({ home, port: 0, paint: false, drainSeconds: 2, log: logger, ...options });
  return {
    ...{ home, server, book, tokens: tokens as Record<Scope, string>, log },
    send: (to, given) => send(server.url, to, { ...(server.socket !== undefined && { socketPath: server.socket }), ...given }),
  };
}

export interface SendOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Of scope; sent as Bearer. */
  token?: string;
  /** Objects go out as JSON. */
  body?: string | Uint8Array | object;
  socketPath?: string;
}

export interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json(): ReturnType<typeof JSON.parse>;
}

const firstMomentsMs = 200;
const agent = new Agent({ keepAlive: true, maxSockets: 8 });

/** Sends one request; the path goes out as it is, without the cleaning that URL does. */
export function send(
  base: string,
  to: string,
  { method = 'GET', headers = {}, token, body, socketPath }: SendOptions = {},
): Promise<Reply> {
  const { hostname, port } = base.startsWith('unix:') ? { hostname: 'localhost', port: '' } : new URL(base);
  const isJson = typeof body === 'object' && !(body instanceof Uint8Array);
  const bytes = isJson ? JSON.stringify(body) : body;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...(socketPath === undefined ? { host: hostname.replace(/^\[|\]$/g, ''), port } : { socketPath }),
        method,
        path: to,
        agent,
        headers: {
          ...(isJson && { 'content-type': 'application/json' }),
          ...(bytes !== undefined && { 'content-length': Buffer.byteLength(bytes) }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        // A stream of events does not end: what came in its first moments is the reply.
        const isStream = /^text\/event-stream/.test(String(response.headers['content-type']));
        if (isStream) setTimeout(() => response.destroy(), firstMomentsMs);
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', (error) => {
          if (!isStream) reject(error);
        });
        response.on(isStream ? 'close' : 'end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(bytes);
  });
}

/** Sends bytes and returns all that comes back until the server closes the connection, or `withinMs` have passed. */
export function sendBytes(base: string, bytes: string, withinMs = 10_000): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const timer = setTimeout(() => socket.destroy(), withinMs);
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(text);
    });
    socket.write(bytes);
  });
}

/** Names with which clients try to reach files outside the gallery: for every route with a name or id in its path. */
export const hostileNames: readonly string[] = [
  '..',
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%252e%252e%252fetc%252fpasswd',
  '..%5c..%5cwindows%5cwin.ini',
  '..\\..\\windows\\win.ini',
  '%2fetc%2fpasswd',
  'C:%5cwindows%5cwin.ini',
  '%5c%5cserver%5cshare',
  'a%00.png',
  '..%2fgallery_private',
  '....%2f%2f....%2f%2fetc%2fpasswd',
  '%c0%ae%c0%ae%c0%afetc',
  'tokens.json',
  '..%2fstate%2ftokens.json',
  '__proto__',
  'constructor',
  '%3Cscript%3Ealert(1)%3C%2Fscript%3E',
];

/** The path of a route with `name` in place of each of its parameters. */
export const withName = (route: string, name: string): string => route.replace(/:\w+|\*/g, name);
