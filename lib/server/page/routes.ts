import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { ArtistError } from '../../core/index.ts';
import type { Routes } from '../context.ts';
import { pageOf, sendAsset } from './page.ts';
import { pagePaths } from './paths.ts';

const open = { scope: 'read', open: true, page: true } as const;
const hidden = { hide: true } as const;
const year = 'public, max-age=31536000, immutable';

/** The page at `/`, its addresses and its files. They hold nothing of the home but the name of the gallery, and answer without a token. */
export const pageRoutes: Routes = async (app: FastifyInstance, context) => {
  const { files, index } = await pageOf(context);
  const showPage = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (!index) throw new ArtistError('ERR_NOT_FOUND', 'page: expected it in dist/web, got none. Build it: npm run build:ts');
    return sendAsset(request, reply, index, 'no-cache');
  };
  const html = { config: open, schema: { ...hidden, response: { 200: z.any() } } };
  app.get('/', html, showPage);
  for (const name of pagePaths) {
    app.get(`/${name}`, html, showPage);
    app.get(`/${name}/*`, html, showPage);
  }
  for (const [name, asset] of files)
    app.get(`/${name}`, html, async (request, reply) => sendAsset(request, reply, asset, asset.isImmutable ? year : 'no-cache'));
};
