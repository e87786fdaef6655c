/** Another server of the Fediverse, on loopback: a second Fedify with any number of people, which keeps what it receives. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as v from '@fedify/fedify';

export interface Received {
  type: string;
  id: string;
  /** Name of the person it came to; undefined: to the inbox of all. */
  to: string | undefined;
  /** The activity as it was sent. */
  json: Record<string, unknown>;
}

/** Answers of node:http from a handler of the web's Request. */
export function webHandler(origin: string, answer: (request: Request) => Promise<Response>) {
  return async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = 'GET', headers, url = '/' } = incoming;
    const body = method === 'GET' || method === 'HEAD' ? {} : { body: Buffer.concat(chunks) };
    const response = await answer(new Request(new URL(url, origin), { method, headers: headers as Record<string, string>, ...body }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    outgoing.end(Buffer.from(await response.arrayBuffer()));
  };
}

export interface FediOptions {
  /** Whether all people share an inbox. Default: each has one. */
  sharedInbox?: boolean;
  port?: number;
  /** The document of a person as another program writes it, with the key. Default: Fedify's own. */
  actorDocument?: (origin: string, publicKey: unknown) => object;
}

export class FediServer {
  readonly origin: string;
  readonly received: Received[] = [];
  /** Deliveries that were answered with success, with all repetitions. Fedify itself hands an activity on once for a whole server. */
  readonly taken: { inbox: string; id: string }[] = [];
  /** Status of the next deliveries in place of taking them. */
  refuseWith: number | undefined;
  readonly #federation: v.Federation<void>;
  readonly #http: ReturnType<typeof createServer>;

  private constructor(http: ReturnType<typeof createServer>, keys: CryptoKeys, { sharedInbox = false, actorDocument }: FediOptions) {
    this.#http = http;
    this.origin = `http://localhost:${(http.address() as AddressInfo).port}`;
    const { origin } = this;
    this.#federation = v.createFederation<void>({ kv: new v.MemoryKvStore(), origin, allowPrivateAddress: true });
    this.#federation
      .setActorDispatcher('/users/{identifier}', async (context, identifier) => {
        const [rsa] = await context.getActorKeyPairs(identifier);
        return new v.Person({
          id: context.getActorUri(identifier),
          preferredUsername: identifier,
          inbox: context.getInboxUri(identifier),
          publicKey: rsa?.cryptographicKey ?? null,
          ...(sharedInbox && { endpoints: new v.Endpoints({ sharedInbox: context.getInboxUri() }) }),
        });
      })
      .setKeyPairsDispatcher(() => keys);
    this.#federation.setInboxListeners('/users/{identifier}/inbox', '/inbox').on(v.Activity, async (context, activity) => {
      const json = (await activity.toJsonLd({ contextLoader: context.contextLoader })) as Record<string, unknown>;
      this.received.push({ type: String(json['type']), id: activity.id?.href ?? '', to: context.recipient ?? undefined, json });
    });
    const answer = async (request: Request): Promise<Response> => {
      if (request.method === 'POST' && this.refuseWith !== undefined) return new Response('', { status: this.refuseWith });
      const body = request.method === 'POST' ? await request.clone().text() : '';
      const response = await this.#federation.fetch(request, { contextData: undefined });
      if (actorDocument && response.ok && request.method === 'GET' && /^\/users\/\w+$/.test(new URL(request.url).pathname)) {
        const { publicKey } = (await response.json()) as { publicKey: unknown };
        return Response.json(actorDocument(origin, publicKey), { headers: { 'content-type': 'application/activity+json' } });
      }
      if (request.method === 'POST' && response.ok) this.taken.push({ inbox: request.url, id: (JSON.parse(body) as { id: string }).id });
      return response;
    };
    http.on('request', webHandler(origin, answer));
  }

  static async open(options: FediOptions = {}): Promise<FediServer> {
    const http = createServer();
    await new Promise<void>((done) => http.listen(options.port ?? 0, '127.0.0.1', done));
    return new FediServer(http, [await v.generateCryptoKeyPair('RSASSA-PKCS1-v1_5')], options);
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  person(name: string): string {
    return `${this.origin}/users/${name}`;
  }

  #context() {
    return this.#federation.createContext(new URL(this.origin), undefined);
  }

  lookup(address: string): Promise<v.Object | null> {
    return this.#context().lookupObject(address);
  }

  /** Sends an activity of a person to an inbox, signed with the person's key. Returns the status. */
  async post(name: string, inbox: string, activity: Record<string, unknown>): Promise<number> {
    const [key] = await this.#context().getActorKeyPairs(name);
    if (!key) throw new Error('expected a key, got none');
    const body = JSON.stringify({ '@context': 'https://www.w3.org/ns/activitystreams', actor: this.person(name), ...activity });
    const request = new Request(inbox, { method: 'POST', headers: { 'content-type': 'application/activity+json' }, body });
    const response = await fetch(await v.signRequest(request, key.privateKey, key.keyId));
    await response.arrayBuffer();
    return response.status;
  }

  /** Activities of this type, each id once per receiver, as servers count them. */
  once(type: string): Received[] {
    const seen = new Set<string>();
    return this.received.filter(({ type: of, id, to }) => of === type && !seen.has(`${id} ${to}`) && seen.add(`${id} ${to}`));
  }

  async close(): Promise<void> {
    this.#http.closeAllConnections();
    await new Promise((done) => this.#http.close(done));
  }
}

type CryptoKeys = Awaited<ReturnType<typeof v.generateCryptoKeyPair>>[];
