import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { TokenBook } from '../../auth/tokens.ts';
import { type Routes, scopes } from '../../context.ts';

const tokenFacts = z.object({
  id: z.string(),
  name: z.string(),
  scope: z.enum(scopes),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  /** Written at most every ten minutes. */
  lastUsedAt: z.string().nullable(),
  expired: z.boolean(),
});
const wishes = z.strictObject({
  name: z.string().min(1).max(64).describe('Name of the client; unique in this home'),
  scope: z.enum(scopes).default('read'),
  expiresInSeconds: z.number().min(1).max(3_000_000_000).optional().describe('Default: it does not expire'),
});
const caller = z.object({ id: z.string(), name: z.string(), scope: z.enum(scopes) });

/** `/tokens`, and `/caller`: who the server takes the caller for. */
export const tokenRoutes: Routes = (plain, context) => {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const book = new TokenBook(context.home, { clock: context.clock });
  app.get('/caller', {
    config: { scope: 'read' },
    schema: { summary: 'Who you are to this server, and what you may do', tags: ['tokens'], response: { 200: caller } },
    handler: async (request) => ({ ...request.caller }),
  });
  app.get('/tokens', {
    config: { scope: 'admin' },
    schema: { summary: 'All tokens, without their text', tags: ['tokens'], response: { 200: z.object({ tokens: z.array(tokenFacts) }) } },
    handler: async () => ({ tokens: await book.list() }),
  });
  app.post('/tokens', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Make a token. Only this answer holds its text',
      tags: ['tokens'],
      body: wishes,
      response: { 201: tokenFacts.extend({ token: z.string() }) },
    },
    handler: async ({ body: { expiresInSeconds, ...wish } }, reply) => {
      const expiry = expiresInSeconds === undefined ? {} : { expiresInMs: expiresInSeconds * 1000 };
      const { token, facts } = await book.create({ ...wish, ...expiry });
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ token, ...facts });
    },
  });
  app.delete('/tokens/:token', {
    config: { scope: 'admin' },
    schema: {
      summary: 'Revoke a token, by its id or name; it is refused from the next request on',
      tags: ['tokens'],
      params: z.object({ token: z.string().min(1).max(200) }),
      response: { 200: tokenFacts },
    },
    handler: async ({ params }) => book.revoke(params.token),
  });
};
