import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { readPlainFile } from '../../../core/index.ts';
import type { ServerContext } from '../../context.ts';
import { type AskedSample, AskedSamples } from './asked-samples.ts';
import { checkpointsOf, logOf, sampleOf } from './runs.ts';

const tags = ['training'];
const paint = { config: { scope: 'paint' } } as const;
const name = z.string().min(1).max(200);
const one = z.strictObject({ name });
const askedView = z.object({
  job: z.string().describe('Id of its job'),
  step: z.int(),
  prompt: z.string(),
  seed: z.int(),
  askedAt: z.string(),
});
const viewOf = ({ kept: _, askedAt, ...rest }: AskedSample): z.input<typeof askedView> => ({
  ...rest,
  askedAt: new Date(askedAt).toISOString(),
});

/** Samples of runs: the strips of the training, and those that are asked for. */
export function sampleRoutes(root: FastifyInstance, context: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { home } = context;
  const asked = new AskedSamples(context);
  app.get(
    '/training/runs/:name/samples',
    {
      ...paint,
      schema: {
        summary: 'Samples of a run, and the checkpoints that can be sampled again',
        tags,
        params: one,
        response: {
          200: z.object({
            strips: z.array(z.object({ step: z.int(), pictures: z.int() })).describe('Painted by the training'),
            asked: z.array(
              askedView.extend({
                state: z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']),
                picture: z.boolean().describe('There is one at samples/asked/{job}'),
              }),
            ),
            checkpoints: z.array(z.int()).describe('Steps'),
          }),
        },
      },
    },
    async ({ params }) => {
      const { samples } = await logOf(home, params.name);
      const listed = await asked.list(params.name);
      return {
        strips: samples.map(({ step, files }) => ({ step, pictures: files.length })),
        asked: listed.map((sample) => ({ ...viewOf(sample), state: sample.state, picture: sample.kept })),
        checkpoints: (await checkpointsOf(home, params.name)).map(({ step }) => step),
      };
    },
  );
  app.post(
    '/training/runs/:name/samples',
    {
      ...paint,
      schema: {
        summary: 'Paint samples with the LoRA of a checkpoint',
        description:
          'As jobs of the queue, with the model of the run. What is left out is that of the strips of the training, so the pictures can be compared. They stay with the run.',
        tags,
        params: one,
        body: z
          .strictObject({
            step: z.int().min(0).optional().describe('Of a checkpoint. Default: the newest'),
            prompts: z.array(z.string().min(1).max(10_000)).min(1).max(16).optional(),
            seed: z
              .int()
              .min(0)
              .max(Number.MAX_SAFE_INTEGER - 16)
              .optional()
              .describe('Of the first picture; the others count up'),
          })
          .nullish(),
        response: { 202: z.object({ samples: z.array(askedView) }) },
      },
    },
    async ({ params, body, caller }, reply) => {
      const { step, prompts, seed } = body ?? {};
      return reply.code(202).send({ samples: (await asked.ask(params.name, { step, prompts, seed }, caller)).map(viewOf) });
    },
  );
  pictureRoutes(root, context, asked);
}

function pictureRoutes(root: FastifyInstance, { home }: ServerContext, asked: AskedSamples): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/training/runs/:name/samples/asked/:job',
    {
      ...paint,
      schema: {
        summary: 'The picture of a sample that was asked for',
        tags,
        params: z.strictObject({ name, job: z.string().min(1).max(128) }),
        response: { 200: z.any() },
      },
    },
    async ({ params }, reply) => reply.type('image/png').send(await readPlainFile(await asked.pictureOf(params.name, params.job))),
  );
  app.get(
    '/training/runs/:name/samples/:step/:index',
    {
      ...paint,
      schema: {
        summary: 'A sample picture',
        tags,
        params: z.strictObject({ name, step: z.coerce.number().int().min(0), index: z.coerce.number().int().min(0).max(1000) }),
        response: { 200: z.any() },
      },
    },
    async ({ params }, reply) =>
      reply.type('image/png').send(await readPlainFile(await sampleOf(home, params.name, params.step, params.index))),
  );
}
