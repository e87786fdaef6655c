import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Routes } from '../context.ts';
import type { MetricsSource } from './metrics.ts';
import { problemsOf } from './readiness.ts';

const alive = z.object({ status: z.literal('ok') });
const readiness = z.object({
  ready: z.boolean(),
  /** What is wrong; empty: it is ready. */
  problems: z.array(z.object({ part: z.enum(['server', 'queue', 'gallery', 'painter']), message: z.string() })),
});

/** `/healthz`, `/readyz` and `/metrics`. */
export function healthRoutes(painter: () => Promise<string | undefined>, metrics: MetricsSource): Routes {
  return (plain, context) => {
    const app = plain.withTypeProvider<ZodTypeProvider>();
    app.get('/healthz', {
      config: { scope: 'read', open: true },
      schema: { summary: 'Whether the process answers', tags: ['server'], response: { 200: alive } },
      handler: async () => ({ status: 'ok' as const }),
    });
    app.get('/readyz', {
      config: { scope: 'read', open: true },
      schema: {
        summary: 'Whether it can serve and paint: 503 while it cannot, or is shutting down',
        tags: ['server'],
        response: { 200: readiness, 503: readiness },
      },
      handler: async (_request, reply) => {
        const problems = await problemsOf(context, painter);
        return reply.code(problems.length === 0 ? 200 : 503).send({ ready: problems.length === 0, problems });
      },
    });
    app.get('/metrics', {
      config: { scope: 'read', private: true },
      schema: { summary: 'Figures of this home and of the server, for Prometheus', tags: ['server'], produces: ['text/plain'] },
      handler: async (_request, reply) => {
        const { contentType, text } = await metrics.page();
        return reply.type(contentType).send(text);
      },
    });
  };
}
