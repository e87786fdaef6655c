import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { ArtistError } from '../../core/index.ts';
import { originOf, readHost } from '../app/address.ts';
import { isLoopback } from '../app/loopback.ts';

export interface OriginRules {
  /** Names that clients may call the server by, besides loopback. */
  hosts: readonly string[];
  /** Address of the public side of a proxy. */
  publicUrl: string | undefined;
  /** Origins whose pages may call it. */
  cors: readonly string[];
  /** It listens beyond loopback, where any address may be the server's own; a page cannot be rebound to an address, only to a name. */
  beyondLoopback: boolean;
}

/** Methods that change nothing. */
const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);
export const isChange = (method: string): boolean => !harmless.has(method);

const refuse = (message: string): ArtistError => new ArtistError('ERR_FORBIDDEN', message);

/** Refuses requests that web pages of others cause: through a name that they point at this machine, or from their own origin. */
export class OriginGuard {
  readonly #names: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;
  readonly #listed: ReadonlySet<string>;
  readonly #anyAddress: boolean;

  constructor({ hosts, publicUrl, cors, beyondLoopback }: OriginRules) {
    const known = publicUrl === undefined ? undefined : new URL(publicUrl);
    this.#names = new Set([...hosts, ...(known ? [known.hostname.replace(/^\[|\]$/g, '')] : [])].map((name) => name.toLowerCase()));
    this.#listed = new Set(cors);
    this.#origins = new Set([...cors, ...(known ? [known.origin] : [])]);
    this.#anyAddress = beyondLoopback;
  }

  /**
   * Against DNS rebinding: a name of another that resolves to this machine is not a name of this server.
   *
   * @throws ArtistError ERR_FORBIDDEN
   */
  checkHost(request: FastifyRequest): void {
    const host = readHost(request.host);
    if (host && (isLoopback(host.name) || this.#names.has(host.name) || (this.#anyAddress && isIP(host.name) !== 0))) return;
    throw refuse(
      `Host: expected a name of this server, got ${JSON.stringify(request.host.slice(0, 100))}. Add the name to the setting server.hosts, or set server.publicUrl`,
    );
  }

  /** Whether the page of this origin may read answers. */
  isListed(origin: string | undefined): origin is string {
    return origin !== undefined && this.#listed.has(origin);
  }

  /**
   * Against CSRF: a change, or a costly GET, that a page of another origin causes.
   *
   * @throws ArtistError ERR_FORBIDDEN
   */
  checkOrigin(request: FastifyRequest): void {
    const { origin, 'sec-fetch-site': site } = request.headers;
    if (origin === undefined) {
      if (site === undefined || site === 'same-origin' || site === 'none') return;
      throw refuse("Sec-Fetch-Site: expected a request of this server's own pages, got one that another site caused");
    }
    if (origin === originOf(request) || this.#origins.has(origin)) return;
    throw refuse(`Origin: expected this server's own or one of the setting server.cors, got ${JSON.stringify(origin.slice(0, 100))}`);
  }
}
