import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { type Period, PeriodStore, ProposalBook, periodChanged, periodView, readClaim } from '../../../artist/index.ts';
import { ArtistError, readPlainFile } from '../../../core/index.ts';
import type { Routes, ServerContext } from '../../context.ts';
import { measured } from '../../measuring/measure.ts';
import { withoutPaths } from '../../shown-paths.ts';
import { seriesRoutes } from './series-routes.ts';

const tags = ['periods'];
const open = z.looseObject({ id: z.string() });
const answer = z.object({ period: z.looseObject({ id: z.string(), name: z.string(), state: z.enum(['planned', 'current', 'ended']) }) });
const one = z.strictObject({ period: z.string().min(1).max(200).describe('Id or name') });

const name = z.string().trim().min(1).max(200);
const moment = z.iso.datetime().describe('ISO 8601, UTC');
const window = z.int().min(3).max(1000).default(12).describe('Works it is measured over');
const periodBody = z.strictObject({
  name,
  starts: z.union([z.strictObject({ at: moment }), z.strictObject({ after: name })]).optional(),
  ends: z
    .array(
      z.union([
        z.strictObject({ works: z.int().min(1).max(100_000) }),
        z.strictObject({ at: moment }),
        z.strictObject({ noveltyBelow: z.number().min(0).max(2), window }),
        z.strictObject({ consistencyAbove: z.number().min(-1).max(1), window }),
      ]),
    )
    .max(8)
    .default([]),
  hypothesis: z
    .strictObject({ text: z.string().trim().min(1).max(2000), claim: z.string().max(200).optional().describe('consistency > 0.8') })
    .optional(),
  topics: z.array(name).max(100).default([]),
  styles: z
    .array(z.strictObject({ name, weight: z.number().positive().max(1000).default(1) }))
    .max(100)
    .default([]),
});

/** Periods, series and proposals. */
export const periodsRoutes: Routes = async (root, context) => {
  periodRoutes(root, context);
  await seriesRoutes(root, context);
  proposalRoutes(root, context);
};

function periodRoutes(root: FastifyInstance, context: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { home, clock, hooks } = context;
  const onChange = (period: Period, change: 'started' | 'ended'): void => hooks.tell(periodChanged(period, change));
  const store = new PeriodStore({ home: home.folder, clock, onChange });
  const view = (period: Period) => ({ period: withoutPaths(periodView(period), home) as z.output<typeof answer>['period'] });
  app.get(
    '/periods',
    {
      config: { scope: 'paint' },
      schema: { summary: 'All periods', tags, response: { 200: z.object({ periods: z.array(answer.shape.period) }) } },
    },
    async () => {
      await store.current(); // begins one that is due
      return { periods: (await store.list()).map((period) => view(period).period) };
    },
  );
  app.get(
    '/periods/:period',
    { config: { scope: 'paint' }, schema: { summary: 'A period', tags, params: one, response: { 200: answer } } },
    async ({ params }) => view(await store.find(params.period)),
  );
  app.post(
    '/periods',
    { config: { scope: 'admin' }, schema: { summary: 'Start a period, or plan one', tags, body: periodBody, response: { 201: answer } } },
    async ({ body: { starts, ends, hypothesis, ...given } }, reply) => {
      const time = (at: string): number => Date.parse(at);
      const period = await store.start({
        ...given,
        ...(starts && { starts: 'at' in starts ? { at: time(starts.at) } : starts }),
        ends: ends.map((rule) => ('at' in rule ? { at: time(rule.at) } : rule)),
        ...(hypothesis && {
          hypothesis: {
            text: hypothesis.text,
            ...(hypothesis.claim !== undefined && { claim: readClaim(hypothesis.claim, 'hypothesis.claim') }),
          },
        }),
      });
      return reply.code(201).send(view(period));
    },
  );
  app.post(
    '/periods/:period/end',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'End a period now, with its retrospective',
        description: 'A planned one is removed. Measuring takes seconds.',
        tags,
        params: one,
        response: { 200: answer },
      },
    },
    async ({ params }) => {
      const before = await store.find(params.period);
      const { id } = await measured('endPeriod', { period: before.id }, context);
      return view((await store.list()).find((period) => period.id === id) ?? before);
    },
  );
  app.get(
    '/periods/:period/retrospective',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Measured results of a period',
        description: 'Measuring one that goes on takes seconds.',
        tags,
        params: one,
        response: { 200: z.looseObject({ from: z.string(), to: z.string() }) },
      },
    },
    async ({ params }) => {
      const { id } = await store.find(params.period);
      return measured('retrospective', { period: id }, context);
    },
  );
}

function proposalRoutes(root: FastifyInstance, { home, clock }: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const book = new ProposalBook(home.folder, { clock });
  const proposal = z.strictObject({ id: z.string().regex(/^l\d{1,9}$/, { error: 'expected an id such as l1' }) });
  const view = (one: object) => withoutPaths(one, home) as z.output<typeof open>;
  app.get(
    '/proposals',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'LoRAs that the artist trained on its best works',
        tags,
        response: { 200: z.object({ proposals: z.array(open), adopted: z.array(z.string()) }) },
      },
    },
    async () => {
      const { proposals, adopted } = await book.read();
      return { proposals: proposals.map(view), adopted };
    },
  );
  app.get(
    '/proposals/:id/panel',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'The picture of its trial: the same prompts without it and with it, and works that were held out',
        tags,
        params: proposal,
        response: { 200: z.any() },
      },
    },
    async ({ params }, reply) => {
      const { trial } = await book.find(params.id);
      if (!trial) throw new ArtistError('ERR_NOT_FOUND', `${params.id}: expected a proposal that was tried, got one that was not`);
      return reply.type('image/png').send(await readPlainFile(home.proposal(params.id).panel));
    },
  );
  app.post(
    '/proposals/:id/adopt',
    { config: { scope: 'admin' }, schema: { summary: 'Paint with it from now on', tags, params: proposal, response: { 200: open } } },
    async ({ params }) => view(await book.adopt(params.id)),
  );
  app.post(
    '/proposals/:id/reject',
    {
      config: { scope: 'admin' },
      schema: { summary: 'Reject it; its files stay until `ai-artist proposal reject`', tags, params: proposal, response: { 200: open } },
    },
    async ({ params }) => view(await book.reject(params.id)),
  );
  app.post(
    '/proposals/rollback',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Restore the LoRAs before the last adoption',
        tags,
        response: { 200: z.object({ removed: z.array(z.string()), adopted: z.array(z.string()) }) },
      },
    },
    () => book.rollback(),
  );
}
