import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { readTaste, recordDuel, takeBackDuel, tastePath } from '../../../artist/index.ts';
import { ArtistError, isArtistError } from '../../../core/index.ts';
import { duelFigures, duelsFile } from '../../../curation/index.ts';
import type { Routes } from '../../context.ts';
import { measured } from '../../measuring/measure.ts';
import { onceByKey, onceHeaders } from '../once.ts';
import { workId } from '../work-id.ts';
import { recordOf, workRecord } from './work-change.ts';

const pair = z.object({
  first: workRecord,
  second: workRecord,
  expected: z.number().nullable().describe('Probability that the first is preferred, by the taste so far'),
});

const score = z.object({ won: z.int(), seen: z.int() });
const figures = z.object({
  duels: z.int().describe('Duels so far'),
  works: z.array(score.extend({ id: z.string() })).describe('The works that were preferred most, of the newest 1000 duels'),
  tags: z.array(score.extend({ tag: z.string() })).describe('How often works with a tag were preferred to works without it'),
  taste: z
    .object({ from: z.enum(['ratings', 'duels']), n: z.int() })
    .nullable()
    .describe('What the taste in use was learned from, and from how many; null: none was learned'),
});
export type DuelInsights = z.output<typeof figures>;
const learned = z.object({
  from: z.enum(['ratings', 'duels']),
  n: z.int().describe('Duels or ratings that it was learned from'),
  metrics: z.record(z.string(), z.number()).describe('How well it tells works apart, as `taste train` says it'),
});
/** Of works and of tags in the figures. */
const mostScores = 8;
const mostDuels = 1000;

/** Pairs that callers skipped and that are not offered again while the server runs. */
const mostSkipped = 500;

/** Duels: which of two works is better. taste train learns from the answers. */
export const duelRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { gallery, home } = context;
  const skipped: [string, string][] = [];
  const once = onceByKey<number>();

  figureRoutes(root, context);
  learningRoute(root, context);
  app.post(
    '/duels/next',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'The pair of works whose duel teaches most',
        description: 'It compares the newest 200 works, which takes seconds.',
        tags: ['duels'],
        body: z
          .strictObject({ skip: z.tuple([workId, workId]).optional().describe('A pair not to offer again, such as the last one') })
          .default({}),
        response: { 200: pair },
      },
    },
    async ({ body: { skip } }) => {
      if (skip) skipped.push(skip);
      if (skipped.length > mostSkipped) skipped.shift();
      const { first, second, expected } = await measured('duel', { skipped }, context);
      return { first: recordOf(await gallery.get(first)), second: recordOf(await gallery.get(second)), expected };
    },
  );
  app.post(
    '/duels',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Record which of two works is better',
        tags: ['duels'],
        headers: onceHeaders('A request with the key of an earlier one of yours is not counted again'),
        body: z.strictObject({ winner: workId, loser: workId }),
        response: { 201: z.object({ duels: z.int().describe('Duels so far') }) },
      },
    },
    async ({ body: { winner, loser }, headers, caller }, reply) => {
      if (winner === loser) throw new ArtistError('ERR_INVALID_ARGUMENT', `loser: expected another work than ${winner}, got the same`);
      for (const id of [winner, loser]) await gallery.get(id);
      const key = headers['idempotency-key'];
      const record = (): Promise<number> => recordDuel(home.folder, winner, loser);
      return reply.code(201).send({ duels: await (key === undefined ? record() : once(`${caller.id} ${key}`, record)) });
    },
  );
};

/** Learning at once, in place of the command `taste train`. */
const learningRoute: Routes = (root, context) => {
  root.withTypeProvider<ZodTypeProvider>().post(
    '/taste',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Learn the taste now',
        description:
          'From the duels, or the ratings, of the newest 5000 works; it takes seconds, longer the first time. Works that are chosen from now on are chosen by it.',
        tags: ['duels'],
        body: z.strictObject({ from: z.enum(['ratings', 'duels']).default('duels') }).default({ from: 'duels' }),
        response: { 200: learned },
      },
    },
    ({ body: { from } }) => measured('taste', { from }, context),
  );
};

/** What the duels so far say, and a way back. */
const figureRoutes: Routes = (root, { gallery, home }) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/duels',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'What the duels so far say',
        tags: ['duels'],
        response: { 200: figures },
      },
    },
    async () => {
      const [{ duels }, taste] = [await duelsFile(home.folder).read(), await readTaste(tastePath(home.folder), false)];
      const newest = duels.slice(-mostDuels);
      const tags = new Map<string, readonly string[]>();
      for (const id of new Set(newest.flatMap(({ winner, loser }) => [winner, loser]))) {
        const found = await gallery.summary(id).catch((error: unknown) => {
          if (isArtistError(error, 'ERR_NOT_FOUND')) return undefined;
          throw error;
        });
        if (found) tags.set(id, found.tags);
      }
      const counted = duelFigures(newest, (id) => tags.get(id));
      return {
        duels: duels.length,
        works: counted.works.slice(0, mostScores).map(({ name, ...score }) => ({ id: name, ...score })),
        tags: counted.tags.slice(0, mostScores).map(({ name, ...score }) => ({ tag: name, ...score })),
        taste: taste?.kind === 'taste' ? { from: taste.head.kind, n: taste.head.n } : null,
      };
    },
  );
  app.delete(
    '/duels',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Take back the newest duel of two works with this outcome',
        tags: ['duels'],
        querystring: z.strictObject({ winner: workId, loser: workId }),
        response: { 200: z.object({ duels: z.int().describe('Duels that are left') }) },
      },
    },
    async ({ query: { winner, loser } }) => {
      const duels = await takeBackDuel(home.folder, winner, loser);
      if (duels === undefined) throw new ArtistError('ERR_NOT_FOUND', `duels: none that ${winner} won against ${loser}`);
      return { duels };
    },
  );
};
