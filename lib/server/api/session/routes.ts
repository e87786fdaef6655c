import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, createIds } from '../../../core/index.ts';
import { sentToken } from '../../auth/credentials.ts';
import { type CookieScope, closeSession, openSession, sessionSeconds } from '../../auth/session.ts';
import { TokenBook } from '../../auth/tokens.ts';
import { type Routes, scopes } from '../../context.ts';
import { hubOf } from '../../events/hub-of-server.ts';
import { seesPrivate } from '../../visibility.ts';

const session = z.object({
  id: z.string().nullable().describe('Id of the token, as jobs name it in `client`; null: the caller sent none'),
  name: z.string().nullable().describe('Name of the token; null: the caller sent none'),
  scope: z.enum(scopes).nullable().describe('What the caller may do; null: nothing without a token'),
  events: z
    .string()
    .nullable()
    .describe(
      'Id of the newest event: `/events?lastEventId=` with it tells all that happens after this answer; null: there is nothing to hear',
    ),
});
export type Session = z.output<typeof session>;

/** `/session`: signing a browser in and out. The cookie counts like the token itself; changes need the server's own Origin besides. */
export const sessionRoutes: Routes = (plain, context) => {
  const app = plain.withTypeProvider<ZodTypeProvider>();
  const { clock } = context;
  const book = new TokenBook(context.home, { clock });
  const newId = createIds({ clock });
  const hub = hubOf(context);
  const { basePath, publicUrl = '' } = context.config.config.server;
  const cookie: CookieScope = { basePath, secure: publicUrl.startsWith('https:') };
  app.get('/session', {
    config: { scope: 'read', open: true },
    schema: { summary: 'Who you are to this server', tags: ['tokens'], response: { 200: session } },
    handler: async ({ caller, readsFreely }, reply) => {
      reply.header('cache-control', 'no-store');
      if (seesPrivate(caller)) return { ...caller, events: hub.position() };
      return {
        id: null,
        name: null,
        ...(readsFreely ? { scope: 'read' as const, events: hub.position() } : { scope: null, events: null }),
      };
    },
  });
  app.post('/session', {
    config: { scope: 'read', private: true },
    schema: {
      summary: 'Sign a browser in',
      description: 'Send the token as Authorization: Bearer. The answer sets a cookie with it that scripts cannot read.',
      tags: ['tokens'],
      response: { 200: session },
    },
    handler: async (request, reply) => {
      const token = sentToken(request.headers.authorization);
      if (!token) throw new ArtistError('ERR_UNAUTHENTICATED', 'token: expected one as Authorization: Bearer TOKEN, got none');
      openSession(request, reply, token, cookie);
      return { ...request.caller, events: hub.position() };
    },
  });
  app.post('/session/code', {
    config: { scope: 'read', open: true },
    schema: {
      summary: 'Sign a browser in with the code that `ai-artist serve` shows when it starts',
      description: 'A code works once, within ten minutes. It makes a token for this browser, which expires after 90 days.',
      tags: ['tokens'],
      body: z.strictObject({ code: z.string().min(1).max(100) }),
      response: { 200: session },
    },
    handler: async (request, reply) => {
      const scope = context.signInCodes.take(request.body.code);
      if (scope === undefined)
        throw new ArtistError(
          'ERR_UNAUTHENTICATED',
          'code: expected one that was not used within ten minutes, got another. Start the server again, or use a token',
        );
      const { token, facts } = await book.create({ name: `browser ${newId()}`, scope, expiresInMs: sessionSeconds * 1000 });
      openSession(request, reply, token, cookie);
      return { id: facts.id, name: facts.name, scope: facts.scope, events: hub.position() };
    },
  });
  app.delete('/session', {
    config: { scope: 'read', open: true },
    schema: { summary: 'Sign this browser out', tags: ['tokens'], response: { 200: z.object({}) } },
    handler: async (request, reply) => {
      closeSession(request, reply, cookie);
      return {};
    },
  });
};
