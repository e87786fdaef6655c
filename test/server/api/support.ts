import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadConfig } from '../../../lib/config/index.ts';
import { type Clock, Home, seededRandom, systemClock } from '../../../lib/core/index.ts';
import { type Artwork, Gallery, type SidecarChange } from '../../../lib/gallery/index.ts';
import { Hooks } from '../../../lib/hooks/index.ts';
import { createLogger } from '../../../lib/observe/index.ts';
import { openQueue } from '../../../lib/schedule/index.ts';
import { createApplication } from '../../../lib/server/app/application.ts';
import { type Routes, type Scope, type ServerContext, TokenBook } from '../../../lib/server/index.ts';
import { openPaintJobs } from '../../../lib/service/index.ts';
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
  /** An answer that is no JSON. */
  bytes(address: string, as: Scope | 'none', headers?: Record<string, string>): Promise<{ status: number; etag: string; bytes: Buffer }>;
  /** Moves the monotonic clock of the server. */
  skip(ms: number): void;
  file(prompt: string, about?: SidecarChange): Promise<Artwork>;
  close(): Promise<void>;
}

/** A server with some rooms of the own API on a real home, on a port of its own. */
export async function serve(routes: Routes[], given?: { home?: string }): Promise<TestServer> {
  const home = given?.home ?? path.join(scratch, `home ${++count}`);
  const gallery = new Gallery({ home, random: seededRandom(count) });
  const queue = await openQueue({ driver: 'file', home });
  const closing = new AbortController();
  const config = await loadConfig({ home });
  const warn = (): void => undefined;
  const jobs = openPaintJobs({ home: new Home(home), config, queue, gallery, clock: systemClock, warn });
  let skipped = 0;
  const clock: Clock = {
    now: () => systemClock.now(),
    monotonic: () => systemClock.monotonic() + skipped,
    sleep: (ms, options) => systemClock.sleep(ms, options),
    timer: (ms, call, options) => systemClock.timer(ms, call, options),
  };
  const context = {
    ...{ home: new Home(home), config, gallery, queue, jobs, warn, closing: closing.signal },
    ...{ clock, hooks: new Hooks(config, { warn, clock }) },
    addressOf: (_: unknown, address: string) => address,
  } as unknown as ServerContext;
  const tokens = new TokenBook(context.home);
  const secrets = new Map<string, string>();
  for (const scope of ['read', 'paint', 'admin'] as const) secrets.set(scope, (await tokens.create({ name: scope, scope })).token);
  const { app } = await createApplication({
    ...{ context, tokens, tokensOnly: false, beyondLoopback: false, log: createLogger({ level: 'silent' }), watch: () => undefined },
    settings: { ...context.config.config.server, readsPerMinute: 0, changesPerMinute: 0 },
    rooms: routes.map((each) => ({ prefix: '/api/v1', paths: ['/api/v1'], routes: each })),
  });
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    ...{ home, gallery, context },
    async call(method, to, { body, as = 'admin', headers = {} } = {}) {
      const raw = body instanceof Uint8Array;
      const response = await fetch(`${address}/api/v1${to}`, {
        method,
        headers: {
          ...(as !== 'none' && { authorization: `Bearer ${secrets.get(as)}` }),
          ...(body !== undefined && !raw && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
      } as RequestInit);
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
    },
    async bytes(to, as, headers = {}) {
      const response = await fetch(`${address}/api/v1${to}`, {
        headers: { ...(as !== 'none' && { authorization: `Bearer ${secrets.get(as)}` }), ...headers },
      });
      const { status } = response;
      return { status, etag: response.headers.get('etag') ?? '', bytes: Buffer.from(await response.arrayBuffer()) };
    },
    skip(ms) {
      skipped += ms;
    },
    file: (prompt, about = {}) => gallery.add({ image: picture(recipe(prompt)), about }),
    async close() {
      closing.abort();
      await app.close();
      await jobs.close();
      await queue.close();
    },
  };
}
