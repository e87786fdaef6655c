import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { SavedSearches } from '../../../gallery/index.ts';
import type { Routes } from '../../context.ts';

const savedSearch = z.object({ name: z.string(), query: z.string() });
const name = z.string().min(1).max(200);

/** Saved searches: named queries, which other queries use as `@name`. */
export const searchRoutes: Routes = (root, { gallery, clock }) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const searches = new SavedSearches(gallery.folder, { clock });
  app.get(
    '/searches',
    {
      config: { scope: 'read', private: true },
      schema: { summary: 'Saved searches', tags: ['searches'], response: { 200: z.object({ searches: z.array(savedSearch) }) } },
    },
    async () => ({ searches: Object.entries(await searches.all()).map(([name, query]) => ({ name, query })) }),
  );
  app.put(
    '/searches/:name',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Save a search, replacing one of the same name',
        tags: ['searches'],
        params: z.strictObject({ name }),
        body: z.strictObject({ query: z.string().max(20_000) }),
        response: { 200: savedSearch },
      },
    },
    async ({ params, body }) => {
      await searches.save(params.name, body.query);
      return { name: params.name, query: body.query };
    },
  );
  app.post(
    '/searches/:name/rename',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Rename a saved search',
        tags: ['searches'],
        params: z.strictObject({ name }),
        body: z.strictObject({ to: name }),
        response: { 200: savedSearch },
      },
    },
    async ({ params, body }) => ({ name: body.to, query: await searches.rename(params.name, body.to) }),
  );
  app.delete(
    '/searches/:name',
    {
      config: { scope: 'paint' },
      schema: { summary: 'Delete a saved search', tags: ['searches'], params: z.strictObject({ name }), response: { 204: z.null() } },
    },
    async ({ params }, reply) => {
      await searches.remove(params.name);
      return reply.code(204).send(null);
    },
  );
};
