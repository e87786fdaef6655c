import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Routes } from '../../context.ts';
import { Health } from './health.ts';
import { HealthRuns } from './runs.ts';
import { healthRun, healthView } from './views.ts';

const tags = ['status'];
const lastRun = z.object({ run: healthRun.nullable().describe('null: none since the server started') });

/**
 * What is well and what is not, for the health page: checks, and repairs of the gallery.
 *
 * @param painter describes what is wrong with what paints in this process; undefined: nothing
 */
export function healthPageRoutes(painter: () => Promise<string | undefined>): Routes {
  return (plain, context) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    const health = new Health(context, painter);
    const runs = new HealthRuns(context);
    app.addHook('onClose', async () => {
      health.close();
      await runs.close();
    });
    app.get(
      '/health',
      {
        config: { scope: 'admin', costly: true },
        schema: {
          ...{ summary: 'What is well and what is not: engine, disk, models, gallery, schedule, queue, log', tags },
          description: 'Files are looked at, not read; POST /health/run reads them.',
          response: { 200: healthView },
        },
      },
      () => health.read(),
    );
    app.get(
      '/health/run',
      { config: { scope: 'admin' }, schema: { summary: 'The check that runs, or the last one', tags, response: { 200: lastRun } } },
      async () => ({ run: runs.last ?? null }),
    );
    app.post(
      '/health/run',
      {
        config: { scope: 'admin' },
        schema: {
          ...{ summary: 'Check the gallery or the models, or repair the gallery', tags },
          description: 'Answers at once; GET /health/run has the progress and what was found. One runs at a time (409 ERR_LOCKED).',
          body: z
            .strictObject({
              of: z.enum(['gallery', 'models']).default('gallery'),
              hashes: z.boolean().default(true).describe('Read every picture and compare its SHA-256; false: only whether it exists'),
              fix: z
                .boolean()
                .default(false)
                .describe('Restore records from the recipes in the pictures, remove leftovers, make the index and missing thumbnails'),
              drop: z.boolean().default(false).describe('Move works whose picture is gone to the trash'),
            })
            .refine(({ of, fix, drop }) => of === 'gallery' || !(fix || drop), {
              error: 'fix: expected none for models, got one. Damaged models are downloaded again: ai-artist models pull NAME',
            }),
          response: { 202: healthRun },
        },
      },
      async ({ body }, reply) => reply.code(202).send(runs.begin(body)),
    );
    app.post(
      '/health/run/cancel',
      { config: { scope: 'admin' }, schema: { summary: 'Stop the check that runs', tags, response: { 200: lastRun } } },
      async () => ({ run: (await runs.cancel()) ?? null }),
    );
  };
}
