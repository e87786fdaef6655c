import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type Series, SeriesStore } from '../../../artist/index.ts';
import type { Routes } from '../../context.ts';

const tags = ['periods'];
const text = z.string().trim().min(1).max(2000);
const series = z.object({
  id: z.string(),
  name: z.string(),
  works: z.int(),
  subjects: z.array(z.string()),
  topic: z.string().nullable(),
  styles: z.array(z.string()),
  seed: z.number().nullable(),
  createdAt: z.string(),
  ended: z.boolean(),
});
const one = z.strictObject({ series: z.string().min(1).max(2000).describe('Id or name') });

const viewOf = ({ createdAt, topic, seed, ...rest }: Series): z.output<typeof series> => ({
  ...{ ...rest, topic: topic ?? null, seed: seed ?? null },
  createdAt: new Date(createdAt).toISOString(),
});

/** Series: a number of works on one subject or in one style. Their works are found by the reading routes, by series. */
export const seriesRoutes: Routes = (root, { home, clock }) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const store = new SeriesStore({ home: home.folder, clock });
  app.get(
    '/series',
    { config: { scope: 'paint' }, schema: { summary: 'All series', tags, response: { 200: z.object({ series: z.array(series) }) } } },
    async () => ({ series: (await store.list()).map(viewOf) }),
  );
  app.get(
    '/series/:series',
    { config: { scope: 'paint' }, schema: { summary: 'A series', tags, params: one, response: { 200: series } } },
    async ({ params }) => viewOf(await store.find(params.series)),
  );
  app.post(
    '/series',
    {
      config: { scope: 'admin' },
      schema: {
        ...{ summary: 'Set up a series', description: 'ai-artist series paint paints its works.', tags },
        body: z.strictObject({
          name: text,
          works: z.int().min(1).max(10_000).optional().describe('Default: one for each subject and style, at least 4'),
          subjects: z.array(text).max(1000).default([]),
          topic: text.optional(),
          styles: z.array(text).max(100).default([]),
          seed: z.int().min(0).optional(),
        }),
        response: { 201: series },
      },
    },
    async ({ body: { works, topic, seed, ...given } }, reply) => {
      const all = Math.max(4, Math.max(1, given.subjects.length) * Math.max(1, given.styles.length));
      const options = { ...given, works: works ?? all, ...(topic !== undefined && { topic }), ...(seed !== undefined && { seed }) };
      return reply.code(201).send(viewOf(await store.start(options, clock.now())));
    },
  );
  app.post(
    '/series/:series/end',
    { config: { scope: 'admin' }, schema: { summary: 'End a series; its works stay', tags, params: one, response: { 200: series } } },
    async ({ params }) => viewOf(await store.end(params.series)),
  );
};
