import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { docsPage, docsStyle } from './docs-page.ts';
import type { OpenApi } from './document.ts';

const styleHash = createHash('sha256').update(docsStyle).digest('base64');
const docsPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `/openapi.json` and `/docs`. `read` is called once, by the first request. */
export function documentRoutes(app: FastifyInstance, read: () => OpenApi): void {
  let made: { json: string; page: string } | undefined;
  const make = () => {
    if (made) return made;
    const document = read();
    made = { json: JSON.stringify(document), page: docsPage(document) };
    return made;
  };
  app.get('/openapi.json', {
    config: { scope: 'read' },
    schema: {
      summary: 'This document',
      tags: ['server'],
      response: { 200: { content: { 'application/json': { schema: z.looseObject({}) } } } },
    },
    handler: async (_request, reply) => reply.type('application/json; charset=utf-8').send(make().json),
  });
  app.get('/docs', {
    config: { scope: 'read' },
    schema: {
      summary: 'This document as a page',
      tags: ['server'],
      response: { 200: { content: { 'text/html': { schema: z.string() } } } },
    },
    handler: async (_request, reply) => {
      const { page } = make();
      return reply.header('content-security-policy', docsPolicy).type('text/html; charset=utf-8').send(page);
    },
  });
}
