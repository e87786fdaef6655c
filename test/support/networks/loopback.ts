/**
 * A network on this machine, for tests: an HTTP server that keeps what is posted and fails as it is told. Everything goes over HTTP, so that
 * programs in other processes can post to it: `POST /_faults` adds faults, `DELETE /_faults` removes them, `GET /_posts` lists what was posted.
 */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** What `:name` of the route stands for. */
  params: Record<string, string>;
  /** The body, as a form of either kind. */
  form: () => Promise<FormData>;
  json: <T>() => T;
}

export interface Reply {
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
  /** In place of JSON. */
  text?: string;
}

export type Routes = Record<string, (asked: Asked) => Reply | Promise<Reply>>;

/** How calls fail. */
export interface Fault {
  /** Start of the method and path it applies to: "POST /api/v1/statuses". Default: every call. */
  on?: string;
  /** Whether the network acts on the call before it fails. Default: no. */
  acts?: boolean;
  /** answer: with `reply`. drop: ends the connection without an answer. cut: ends it in the middle of one. late: answers properly after `delayMs`. */
  does: 'answer' | 'drop' | 'cut' | 'late';
  reply?: Reply;
  delayMs?: number;
  /** For how many calls. Default 1; 0: all. */
  times?: number;
  /** Probability for each call. Default 1. */
  chance?: number;
}

/** A post that the network shows. */
export interface FakePost {
  id: string;
  /** Idempotency key or record key; '' where the network has none. */
  key: string;
  text: string;
  altText: string;
  /** The rest of what was asked for. */
  asked: Record<string, unknown>;
  at: number;
}

export interface FakeNetwork {
  url: string;
  /** "POST /api/v1/statuses" for each call, in order. */
  calls: string[];
  posts: FakePost[];
  fail: (...faults: Fault[]) => void;
  /** Ends all faults. */
  heal: () => void;
  close: () => Promise<void>;
}

export const throttled = (headers: Record<string, string>, json: unknown = { error: 'Too many requests' }): Reply => ({
  status: 429,
  headers,
  json,
});

interface Running {
  fault: Fault;
  left: number;
}

/** Numbers in 0..1, the same in each run. */
function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export async function openNetwork(routes: Routes, posts: FakePost[] = [], seed = 1): Promise<FakeNetwork> {
  const calls: string[] = [];
  let faults: Running[] = [];
  const chance = chances(seed);
  const add = (given: readonly Fault[]): void => {
    faults.push(...given.map((fault) => ({ fault, left: fault.times === 0 ? Number.POSITIVE_INFINITY : (fault.times ?? 1) })));
  };
  const faultOf = (call: string): Fault | undefined => {
    const found = faults.find(({ fault, left }) => left > 0 && call.startsWith(fault.on ?? '') && chance() < (fault.chance ?? 1));
    if (found) found.left--;
    return found?.fault;
  };
  const control: Routes = {
    'POST /_faults': ({ json }) => {
      add(json<Fault[]>());
      return {};
    },
    'DELETE /_faults': () => {
      faults = [];
      return {};
    },
    'GET /_posts': () => ({ json: posts }),
  };
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => send(response, { status: 500, text: String(error) }));
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await readRequest(request);
    const call = `${asked.method} ${asked.path}`;
    if (asked.path.startsWith('/_')) return send(response, await routed(control, asked));
    calls.push(call);
    const fault = faultOf(call);
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs);
    const proper =
      fault === undefined || fault.acts === true || fault.does === 'late' || fault.does === 'cut' ? await routed(routes, asked) : {};
    if (fault === undefined || fault.does === 'late') return send(response, proper);
    if (fault.does === 'answer') return send(response, fault.reply ?? { status: 500, json: { error: 'fault' } });
    if (fault.does === 'cut') {
      const { text } = bodyOf(proper);
      response.writeHead(proper.status ?? 200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) + 10 });
      response.write(text.slice(0, Math.ceil(text.length / 2)));
      await sleep(20);
    }
    request.socket.destroy();
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    posts,
    fail: (...given) => add(given),
    heal: () => {
      faults = [];
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(request: IncomingMessage): Promise<Asked> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? 'GET',
    path: pathname,
    query: searchParams,
    headers: request.headers,
    body,
    params: {},
    form: () => new Response(body, { headers: { 'content-type': request.headers['content-type'] ?? '' } }).formData(),
    json: <T>() => JSON.parse(body.toString('utf8')) as T,
  };
}

async function routed(routes: Routes, asked: Asked): Promise<Reply> {
  for (const [route, answer] of Object.entries(routes)) {
    const params = matched(route, `${asked.method} ${asked.path}`);
    if (params) return answer({ ...asked, params });
  }
  return { status: 404, json: { error: 'Record not found' } };
}

/** `route` may have `:name` for one part of a path, and end in `*` for the rest. */
function matched(route: string, call: string): Record<string, string> | undefined {
  const pattern = route.replace(/[.?+()[\]]/g, '\\$&').replace(/:(\w+)/g, '(?<$1>[^/]+)');
  const found = new RegExp(`^${pattern.replace(/\*$/, '.*')}$`).exec(call);
  return found
    ? Object.fromEntries(Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]))
    : undefined;
}

function bodyOf({ json, text }: Reply): { text: string; type: string } {
  if (text !== undefined) return { text, type: text.startsWith('<') ? 'text/html' : 'text/plain' };
  return { text: json === undefined ? '' : JSON.stringify(json), type: 'application/json' };
}

function send(response: ServerResponse, reply: Reply): void {
  const { text, type } = bodyOf(reply);
  response.writeHead(reply.status ?? 200, { 'content-type': type, ...reply.headers }).end(text);
}
