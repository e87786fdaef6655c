import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type DayRange, evolutionSpans, type Figures, isWithin, shareKinds } from '../../../artist/index.ts';
import type { Caller, Routes, ServerContext } from '../../context.ts';
import { seesPrivate } from '../../visibility.ts';
import { KeptFigures } from './kept-figures.ts';
import { choosingView, daysView, recommendationsView, sharesView, spreadsView, styleView } from './views.ts';

const tags = ['figures'];
const by = z.enum(evolutionSpans).default('month');
const read = { config: { scope: 'read', costly: true } } as const;
const seen = (caller: Caller): { hidden: boolean } => ({ hidden: seesPrivate(caller) });
const days = {
  from: z.iso.date().optional().describe('First day, UTC'),
  to: z.iso.date().optional().describe('Last day, UTC'),
};
const isOrdered = ({ from = '', to = from }: DayRange): boolean => from <= to;
const disorder = { error: 'from: expected a day before or equal to "to"', path: ['from'] };
const range = z.strictObject(days).refine(isOrdered, disorder);

/** Jobs that the queue still knows, by the day of their end. */
async function endedJobs({ queue }: ServerContext, within: DayRange): Promise<z.output<typeof daysView>['jobs']> {
  const ended = new Map<string, z.output<typeof daysView>['jobs'][number]>();
  for (const { state, endedAt } of await queue.list(['done', 'failed', 'cancelled'], 10_000)) {
    if (endedAt === null || (state !== 'done' && state !== 'failed' && state !== 'cancelled')) continue;
    const day = new Date(endedAt).toISOString().slice(0, 10);
    if (!isWithin(day, within)) continue;
    const known = ended.get(day) ?? { day, done: 0, failed: 0, cancelled: 0 };
    ended.set(day, known);
    known[state]++;
  }
  return [...ended.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

/** How the artist develops: figures for charts, and a map of the works. No prompt is among them. */
export const figuresRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const kept = new KeptFigures(context);
  const figures = async (caller: Caller, { from, to }: DayRange) => {
    const { at, answer } = await kept.read('figures', { ...seen(caller), range: { from, to } });
    return { about: { at, works: answer.works, read: answer.read }, answer };
  };
  app.get(
    '/figures/days',
    {
      ...read,
      schema: {
        summary: 'Works, candidates and painting time a day; runs and jobs that ended',
        tags,
        querystring: range,
        response: { 200: daysView },
      },
    },
    async ({ caller, query }) => {
      const { about, answer } = await figures(caller, query);
      return { ...about, days: answer.days, runs: answer.runs, jobs: await endedJobs(context, query) };
    },
  );
  app.get(
    '/figures/shares',
    {
      ...read,
      schema: {
        summary: 'How often each style, topic, tag or model was chosen, over time',
        tags,
        querystring: z.strictObject({ of: z.enum(shareKinds).default('style'), by, ...days }).refine(isOrdered, disorder),
        response: { 200: sharesView },
      },
    },
    async ({ caller, query }) => {
      const { about, answer } = await figures(caller, query);
      return { ...about, ...answer.shares[query.by][query.of] };
    },
  );
  app.get(
    '/figures/spreads',
    { ...read, schema: { summary: 'How scores and ratings spread', tags, querystring: range, response: { 200: spreadsView } } },
    async ({ caller, query }) => {
      const { about, answer } = await figures(caller, query);
      return { ...about, scores: answer.spreads, ratings: answer.ratings };
    },
  );
  app.get(
    '/figures/style',
    {
      ...read,
      schema: {
        summary: 'Style consistency, novelty and variety over time, with intervals',
        tags,
        querystring: z.strictObject({ by, ...days }).refine(isOrdered, disorder),
        response: { 200: styleView },
      },
    },
    async ({ caller, query }) => {
      const { at, answer } = await kept.read('style', { ...seen(caller), range: { from: query.from, to: query.to }, by: query.by });
      return { at, ...answer };
    },
  );
  judgementRoutes(root, figures);
  mapRoute(root, kept);
};

interface Read {
  about: { at: string; works: number; read: number };
  answer: Figures;
}

/** What choosing brought, and what the owner likes. */
function judgementRoutes(root: FastifyInstance, figures: (caller: Caller, within: DayRange) => Promise<Read>): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/figures/choosing',
    {
      ...read,
      schema: {
        summary: 'What choosing among candidates brought: kept ones against those passed over',
        tags,
        querystring: range,
        response: { 200: choosingView },
      },
    },
    async ({ caller, query }) => {
      const { about, answer } = await figures(caller, query);
      return { ...about, ...answer.choosing };
    },
  );
  app.get(
    '/figures/recommendations',
    {
      ...read,
      schema: {
        summary: 'What to paint more of, by the ratings',
        description:
          'Each style, topic, tag and model with at least three ratings, against the works without it. At most about one in twenty verdicts more or less is due to chance (Benjamini and Hochberg).',
        tags,
        querystring: range,
        response: { 200: recommendationsView },
      },
    },
    async ({ caller, query }) => {
      const { about, answer } = await figures(caller, query);
      return { ...about, ...answer.recommendations };
    },
  );
}

/** The map, with its entity tag; its body is made once for each measurement. */
function mapRoute(root: FastifyInstance, kept: KeptFigures): void {
  const bodies = new WeakMap<object, { body: Buffer; etag: string }>();
  const bodyOf = (answer: { columns: string }): { body: Buffer; etag: string } => {
    const known = bodies.get(answer);
    if (known) return known;
    const body = Buffer.from(answer.columns, 'base64');
    const made = { body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"` };
    bodies.set(answer, made);
    return made;
  };
  root.withTypeProvider<ZodTypeProvider>().get(
    '/map',
    {
      ...read,
      schema: {
        summary: 'A map of all works: alike ones are near each other',
        description:
          'Binary, little-endian: 8 bytes `AIAMAP1\\n`, number of works n (uint32), number of works without a place (uint32), n x (float32), n y (float32), n ids (26 bytes of ASCII each), newest first. Places stay when works arrive.',
        tags,
        response: { 200: { description: 'The columns', content: { 'application/octet-stream': { schema: z.any() } } }, 304: z.null() },
      },
    },
    async (request, reply) => {
      const { answer } = await kept.read('map', seen(request.caller));
      const { body, etag } = bodyOf(answer);
      reply.header('etag', etag).header('cache-control', 'private, no-cache');
      if (request.headers['if-none-match'] === etag) return reply.code(304).send(null);
      return reply.type('application/octet-stream').send(body);
    },
  );
}
