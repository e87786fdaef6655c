/** A real HTTP server on this machine that plays the hub and its storage, well or badly. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  path: string;
  range: string | undefined;
  authorization: string | undefined;
  host: string | undefined;
  ifRange: string | undefined;
}

/** Answers a request; returns false to let the hub answer as it should. `count` numbers the requests from 0. */
export type Misbehaviour = (request: IncomingMessage, response: ServerResponse, count: number) => boolean | Promise<boolean>;

export class LoopbackHub {
  content: Buffer;
  etag: string | undefined = '"v1"';
  misbehave: Misbehaviour = () => false;
  readonly seen: Seen[] = [];
  bytesSent = 0;
  readonly #server: Server;

  private constructor(content: Buffer) {
    this.content = content;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
    });
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  static async start(content: Buffer): Promise<LoopbackHub> {
    const hub = new LoopbackHub(content);
    await new Promise<void>((resolve) => hub.#server.listen(0, '127.0.0.1', resolve));
    return hub;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The same server under another host name. */
  get storage(): string {
    return `http://localhost:${this.port}`;
  }

  get ranges(): string[] {
    return this.seen.flatMap(({ range }) => (range === undefined || range === 'bytes=0-0' ? [] : [range]));
  }

  reset(content = this.content): void {
    this.content = content;
    this.etag = '"v1"';
    this.misbehave = () => false;
    this.seen.length = 0;
    this.bytesSent = 0;
  }

  /** The right answer to a range request: 206, or 200 when If-Range names another version. */
  serve(request: IncomingMessage, response: ServerResponse, limit = Number.POSITIVE_INFINITY): void {
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const ifRange = request.headers['if-range'];
    const headers: Record<string, string | number> = this.etag === undefined ? {} : { etag: this.etag };
    const total = this.content.length;
    const partial = range && (ifRange === undefined || ifRange === this.etag);
    const start = partial ? Number(range[1]) : 0;
    const end = partial ? Math.min(Number(range[2]), total - 1) : total - 1;
    if (start >= total) {
      response.writeHead(416, { ...headers, 'content-range': `bytes */${total}` }).end();
      return;
    }
    const body = this.content.subarray(start, end + 1);
    response.writeHead(partial ? 206 : 200, {
      ...headers,
      'content-length': body.length,
      ...(partial ? { 'content-range': `bytes ${start}-${end}/${total}` } : {}),
    });
    this.bytesSent += Math.min(body.length, limit);
    if (body.length <= limit) response.end(body);
    else response.write(body.subarray(0, limit), () => response.destroy());
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range, authorization, host } = request.headers;
    const ifRange = request.headers['if-range'];
    const count =
      this.seen.push({ path: request.url ?? '', range, authorization, host, ifRange: typeof ifRange === 'string' ? ifRange : undefined }) -
      1;
    if (!(await this.misbehave(request, response, count))) this.serve(request, response);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
