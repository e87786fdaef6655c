import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, type Clock, type Home, isArtistError, resolveOptions } from '../../../core/index.ts';
import { shapeOf } from '../../../engine/index.ts';
import { type OwnTrainOptions, type TrainingSupervisor, trainingStates } from '../../../service/index.ts';
import { lossCurveSvg, type TrainLoraOptions, trainRows } from '../../../train/index.ts';
import { blameCaller } from '../../errors/status.ts';
import { jsonValue } from '../../openapi/json-value.ts';
import type { DataSets } from './data-sets.ts';
import { adoptLora, listRuns, logOf, loraOf, streamOf, thinned } from './runs.ts';

const tags = ['training'];
const admin = { config: { scope: 'admin' } } as const;
const paint = { config: { scope: 'paint' } } as const;
const name = z.string().min(1).max(200);
const one = z.strictObject({ name });
const share = z.boolean().default(false).describe('Paint beside it on the same device. Default: the queue is paused until it ends');

const runView = z.object({
  name: z.string(),
  state: z.enum([...trainingStates, 'finished', 'training']).describe('finished, training: started by the command line'),
  lora: z.string().nullable(),
  started: z.string().nullable(),
  steps: z.int().nullable(),
  step: z.int().nullable(),
  loss: z.number().nullable().describe('Smoothed'),
  bytes: z.int().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
const started = z.object({ name: z.string(), state: z.enum(trainingStates) });
const point = z.object({ step: z.int(), loss: z.number(), smoothedLoss: z.number().optional() });
const curve = z.object({
  steps: z.array(point),
  validation: z.array(z.object({ step: z.int(), loss: z.number() })),
  samples: z.array(z.object({ step: z.int(), pictures: z.int() })),
});

/** Options of trainLora() that a request may name: not those that the server sets, nor the folder of the pictures. */
const { data: _, out: __, runFolder: ___, overwrite: ____, home: _____, signal: ______, onProgress: _______, ...free } = shapeOf(trainRows);
const trainOptions = z.strictObject(free);

export interface RunParts {
  sets: DataSets;
  home: Home;
  clock: Clock;
  clean: (message: string) => string;
}

/** `fox-20260131-123059` */
const runName = (lora: string, now: number): string =>
  `${lora}-${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}`;

/** A run that trains goes on for hours: a conflict, and no fault of the server that passes soon. */
async function unlessOneTrains<R>(ordered: Promise<R>): Promise<R> {
  try {
    return await ordered;
  } catch (error) {
    if (isArtistError(error, 'ERR_LOCKED')) blameCaller(error, 409);
    throw error;
  }
}

/** Starting, stopping, resuming, prolonging, listing and removing runs. */
export function runRoutes(root: FastifyInstance, supervisor: TrainingSupervisor, { sets, home, clock, clean }: RunParts): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const all = async () => listRuns(home, await supervisor.list(), clean);
  app.get(
    '/training/runs',
    {
      config: { scope: 'paint' },
      schema: { summary: 'List training runs', tags, response: { 200: z.object({ runs: z.array(runView) }) } },
    },
    async () => ({ runs: await all() }),
  );
  app.post(
    '/training/runs',
    {
      ...admin,
      schema: {
        summary: 'Train a LoRA',
        description: 'One run trains at a time. It goes on when the server stops.',
        tags,
        body: z.strictObject({
          dataSet: name,
          options: z.record(z.string(), jsonValue()).default({}).describe('Options of trainLora(), by their names in the library'),
          share,
        }),
        response: { 202: started },
      },
    },
    async ({ body }, reply) => {
      resolveOptions('options', trainOptions, body.options);
      const data = await sets.folder(body.dataSet);
      const options = { name: body.dataSet, ...body.options, data } as Omit<TrainLoraOptions, OwnTrainOptions>;
      const run = await unlessOneTrains(supervisor.start(runName(String(options.name), clock.now()), options, body.share));
      return reply.code(202).send(run);
    },
  );
  const action = (path: string, summary: string, act: (name: string) => Promise<z.input<typeof started>>): void => {
    app.post(
      `/training/runs/:name/${path}`,
      { ...admin, schema: { summary, tags, params: one, response: { 202: started } } },
      async ({ params }, reply) => reply.code(202).send(await act(params.name)),
    );
  };
  action('stop', 'Stop a run after its current step and keep its progress', (run) => supervisor.stop(run));
  goOnRoutes(root, supervisor);
  app.delete(
    '/training/runs/:name',
    { ...admin, schema: { summary: 'Remove a run with its checkpoints and samples', tags, params: one, response: { 204: z.null() } } },
    async ({ params }, reply) => {
      await unlessOneTrains(supervisor.remove(params.name));
      return reply.code(204).send(null);
    },
  );
}

/** Routes that continue a run. */
function goOnRoutes(root: FastifyInstance, supervisor: TrainingSupervisor): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/training/runs/:name/resume',
    {
      ...admin,
      schema: {
        summary: 'Continue a run from its last checkpoint',
        tags,
        params: one,
        body: z.strictObject({ share }).nullish(),
        response: { 202: started },
      },
    },
    async ({ params, body }, reply) => reply.code(202).send(await unlessOneTrains(supervisor.resume(params.name, body?.share ?? false))),
  );
  app.post(
    '/training/runs/:name/prolong',
    {
      ...admin,
      schema: {
        summary: 'Give a run more steps and continue it',
        tags,
        params: one,
        body: z.strictObject({ steps: z.int().min(1).max(1_000_000).describe('In all'), share }),
        response: { 202: started },
      },
    },
    async ({ params, body }, reply) => reply.code(202).send(await unlessOneTrains(supervisor.prolong(params.name, body.steps, body.share))),
  );
}

/** Curves, samples and LoRAs of runs. */
export function resultRoutes(root: FastifyInstance, home: Home): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const points = z.coerce.number().int().min(2).max(10_000).default(1000).describe('Most points of the curve');
  const curveOf = async (run: string, most: number): Promise<z.input<typeof curve>> => {
    const { steps, validation, samples } = await logOf(home, run);
    return {
      steps: thinned(steps, most),
      validation: [...validation],
      samples: samples.map(({ step, files }) => ({ step, pictures: files.length })),
    };
  };
  app.get(
    '/training/runs/:name/curve',
    {
      ...paint,
      schema: {
        summary: 'Losses and samples so far',
        tags,
        params: one,
        querystring: z.strictObject({ points }),
        response: { 200: curve },
      },
    },
    ({ params, query }) => curveOf(params.name, query.points),
  );
  app.get(
    '/training/curves',
    {
      ...paint,
      schema: {
        summary: 'The curves of several runs, to compare them',
        tags,
        querystring: z.strictObject({ runs: z.string().max(2000).describe('Names, with commas'), points }),
        response: { 200: z.object({ runs: z.array(z.object({ name: z.string(), ...curve.shape })) }) },
      },
    },
    async ({ query }) => {
      const names = [...new Set(query.runs.split(','))];
      if (names.length > 20) throw new ArtistError('ERR_INVALID_ARGUMENT', `runs: expected at most 20 names, got ${names.length}`);
      return { runs: await Promise.all(names.map(async (run) => ({ name: run, ...(await curveOf(run, query.points)) }))) };
    },
  );
  app.get(
    '/training/runs/:name/curve.svg',
    { ...paint, schema: { summary: 'The loss curve as a chart', tags, params: one, response: { 200: z.any() } } },
    async ({ params }, reply) => reply.type('image/svg+xml').send(lossCurveSvg(await logOf(home, params.name), params.name)),
  );
  fileRoutes(root, home);
}

function fileRoutes(root: FastifyInstance, home: Home): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/training/runs/:name/lora',
    { ...admin, schema: { summary: 'Download its newest LoRA', tags, params: one, response: { 200: z.any() } } },
    async ({ params }, reply) => {
      const { path, file } = await loraOf(home, params.name);
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(file)}`;
      return reply.type('application/octet-stream').header('content-disposition', disposition).send(streamOf(path));
    },
  );
  app.post(
    '/training/runs/:name/adopt',
    {
      ...admin,
      schema: {
        summary: 'Copy its newest LoRA to the LoRAs of this home',
        tags,
        params: one,
        body: z.strictObject({ name: z.string().min(1).max(100).describe('Name for prompts') }),
        response: { 201: z.object({ lora: z.string() }) },
      },
    },
    async ({ params, body }, reply) => {
      await adoptLora(home, params.name, body.name);
      return reply.code(201).send({ lora: body.name });
    },
  );
}
