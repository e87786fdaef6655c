import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { packageRoot } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';
import { isApiPath } from '../errors/request-error.ts';
import { escaped } from '../openapi/escaped.ts';
import { type Asset, assetOf, readAssets } from './assets.ts';

/** Only files of this server, and pictures and previews that the page holds in memory; no inline script or style. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Where scripts/build.mjs puts the page. */
export const pageFolder = (): string => path.join(packageRoot(), 'dist', 'web');

/** The page's addresses are relative, so that it works below any base path; its title is the name of this gallery. */
function ofThisServer(page: Buffer, { basePath, title }: { basePath: string; title: string }): Buffer {
  const text = page
    .toString('utf8')
    .replace('<base href="/">', () => `<base href="${basePath}/">`)
    .replace(/<title>[^<]*<\/title>/, () => `<title>${escaped(title)}</title>`);
  return Buffer.from(text);
}

export interface BuiltPage {
  /** Files beside the page, by their paths. */
  files: ReadonlyMap<string, Asset>;
  /** undefined: it was not built. */
  index: Asset | undefined;
}

const pages = new WeakMap<ServerContext, Promise<BuiltPage>>();

async function read({ config }: ServerContext): Promise<BuiltPage> {
  const files = await readAssets(pageFolder());
  const built = files.get('index.html');
  files.delete('index.html');
  return { files, index: built && assetOf('index.html', ofThisServer(built.body, config.config.server)) };
}

/** The page of a server, read once. */
export function pageOf(context: ServerContext): Promise<BuiltPage> {
  const known = pages.get(context) ?? read(context);
  pages.set(context, known);
  return known;
}

/** Whether a browser opens an address that belongs to no API: it gets the page, which says what it knows of the address. Programs get JSON. */
export function opensPage({ method, url, headers: { accept = '' } }: FastifyRequest): boolean {
  return method === 'GET' && /\btext\/html\b/.test(accept) && !isApiPath(url);
}

export function sendAsset(request: FastifyRequest, reply: FastifyReply, asset: Asset, caching: string): FastifyReply {
  reply.header('etag', asset.etag).header('cache-control', caching).header('vary', 'Accept-Encoding').type(asset.type);
  reply.header('content-security-policy', pagePolicy);
  if (request.headers['if-none-match'] === asset.etag && reply.statusCode === 200) return reply.code(304).send();
  const accepted = request.headers['accept-encoding'] ?? '';
  for (const encoding of ['br', 'gzip'] as const) {
    const body = asset.encoded[encoding];
    if (body && new RegExp(`\\b${encoding}\\b`).test(accepted)) return reply.header('content-encoding', encoding).send(body);
  }
  return reply.send(asset.body);
}
