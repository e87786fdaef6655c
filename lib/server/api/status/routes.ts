import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Routes } from '../../context.ts';
import { Figures } from './figures.ts';
import { toolRoutes } from './tool-routes.ts';

const tags = ['status'];

/** Figures of the home, what the artist does now, and tools for prompts and recipes. */
export const statusRoutes: Routes = async (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const figures = new Figures(context);
  app.addHook('onClose', async () => figures.close());
  app.get(
    '/status',
    {
      config: { scope: 'paint' },
      schema: {
        ...{ summary: 'Figures of the home, as the command status has them', tags },
        querystring: z.strictObject({ disk: z.stringbool().default(false).describe('Add up the sizes of folders, which takes seconds') }),
        response: { 200: z.looseObject({ version: z.string(), at: z.string() }) },
      },
    },
    ({ query }) => figures.read(query.disk),
  );
  app.get(
    '/status/now',
    {
      config: { scope: 'read' },
      schema: {
        ...{ summary: 'What the artist is doing now', tags },
        response: {
          200: z.object({
            painting: z.boolean(),
            waiting: z.int(),
            fraction: z.number().nullable(),
            nextRun: z.string().nullable(),
            indexing: z
              .object({ done: z.int(), total: z.int() })
              .nullable()
              .describe('Works read so far while the index of the gallery is made; null: it is whole'),
          }),
        },
      },
    },
    () => figures.now(),
  );
  app.get(
    '/status/doctor',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'The compiled engine in use, its devices, and what to do if there is none', tags },
        response: { 200: z.looseObject({ ok: z.boolean() }) },
      },
    },
    () => figures.doctor(),
  );
  toolRoutes(root, context);
};
