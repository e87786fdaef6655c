import path from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { ArtistError, packageRoot } from '../../core/index.ts';
import type { Routes } from '../context.ts';
import { type Asset, assetOf, readAssets } from './assets.ts';
import { pagePaths } from './paths.ts';

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

const open = { scope: 'read', open: true, page: true } as const;
const hidden = { hide: true } as const;
const year = 'public, max-age=31536000, immutable';

/** Where scripts/build.mjs puts the page. */
export const pageFolder = (): string => path.join(packageRoot(), 'dist', 'web');

/** The page's addresses are relative, so that it works below any base path. */
const withBase = (page: Buffer, basePath: string): Buffer =>
  Buffer.from(page.toString('utf8').replace('<base href="/">', `<base href="${basePath}/">`));

function send(request: FastifyRequest, reply: FastifyReply, asset: Asset, caching: string): FastifyReply {
  reply.header('etag', asset.etag).header('cache-control', caching).header('vary', 'Accept-Encoding').type(asset.type);
  reply.header('content-security-policy', pagePolicy);
  if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  const accepted = request.headers['accept-encoding'] ?? '';
  for (const encoding of ['br', 'gzip'] as const) {
    const body = asset.encoded[encoding];
    if (body && new RegExp(`\\b${encoding}\\b`).test(accepted)) return reply.header('content-encoding', encoding).send(body);
  }
  return reply.send(asset.body);
}

/** The page at `/`, its addresses and its files. They hold nothing of the home, and answer without a token. */
export const pageRoutes: Routes = async (app: FastifyInstance, context) => {
  const assets = await readAssets(pageFolder());
  const index = assets.get('index.html');
  const page = index && assetOf('index.html', withBase(index.body, context.config.config.server.basePath));
  const showPage = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (!page) throw new ArtistError('ERR_NOT_FOUND', 'page: expected it in dist/web, got none. Build it: npm run build:ts');
    return send(request, reply, page, 'no-cache');
  };
  const html = { config: open, schema: { ...hidden, response: { 200: z.any() } } };
  app.get('/', html, showPage);
  for (const name of pagePaths) {
    app.get(`/${name}`, html, showPage);
    app.get(`/${name}/*`, html, showPage);
  }
  for (const [name, asset] of assets)
    if (name !== 'index.html')
      app.get(`/${name}`, html, async (request, reply) => send(request, reply, asset, asset.isImmutable ? year : 'no-cache'));
};
