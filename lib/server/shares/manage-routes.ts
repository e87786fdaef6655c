import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { expandQuery, parseQuery } from '../../gallery/index.ts';
import type { ServerContext } from '../context.ts';
import { type ShareBook, sharedWorks } from './share-book.ts';

const daySeconds = 86_400;
const shareFacts = z.object({
  id: z.string(),
  title: z.string(),
  which: z.object({ query: z.string().nullable(), works: z.int().nullable().describe('How many were named one by one') }),
  withRecipe: z.boolean(),
  by: z.string().describe('Name of the token that made it'),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  expired: z.boolean(),
});
export type ShareFacts = z.output<typeof shareFacts>;

type Stored = Awaited<ReturnType<ShareBook['list']>>[number];
function factsOf({ which, ...share }: Stored): ShareFacts {
  const shown = 'ids' in which ? { query: null, works: which.ids.length } : { query: which.query, works: null };
  return { ...share, which: shown };
}

/** Making, listing and revoking links. */
export function manageRoutes(root: FastifyInstance, context: ServerContext, book: ShareBook): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/shares',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Links that show works to people without a token, newest first',
        tags: ['shares'],
        response: { 200: z.object({ shares: z.array(shareFacts) }) },
      },
    },
    async () => ({ shares: (await book.list()).map(factsOf) }),
  );
  app.post(
    '/shares',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Make a link. Only this answer holds its address',
        description:
          'It shows works by ids, or the results of a query, also future ones; never hidden works or the trash. Saved searches in the query are taken as they are now.',
        tags: ['shares'],
        body: z.strictObject({
          title: z.string().trim().max(200).default(''),
          which: sharedWorks,
          withRecipe: z.boolean().default(false).describe('Show prompts and recipes, and let originals be downloaded'),
          expiresInSeconds: z
            .int()
            .min(60)
            .max(10 * 366 * daySeconds)
            .optional()
            .describe('Default: it does not expire'),
        }),
        response: { 201: shareFacts.extend({ url: z.string(), secret: z.string() }) },
      },
    },
    async (request, reply) => {
      const { expiresInSeconds, which, ...wish } = request.body;
      let fixed = which;
      if ('query' in which) {
        fixed = { ...which, query: await expandQuery(context.gallery, which.query) };
        parseQuery(fixed.query);
      }
      const { secret, share } = await book.create({
        ...{ ...wish, which: fixed, by: request.caller.name },
        expiresInMs: expiresInSeconds === undefined ? undefined : expiresInSeconds * 1000,
      });
      reply.header('cache-control', 'no-store');
      return reply.code(201).send({ ...factsOf(share), secret, url: context.addressOf(request, `/share/${secret}`) });
    },
  );
  app.delete(
    '/shares/:id',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Revoke a link; it shows nothing from the next request on',
        tags: ['shares'],
        params: z.strictObject({ id: z.string().min(1).max(100) }),
        response: { 200: shareFacts },
      },
    },
    async ({ params }) => factsOf(await book.revoke(params.id)),
  );
}
