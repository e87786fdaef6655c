import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { recordDuel } from '../../../artist/index.ts';
import { ArtistError } from '../../../core/index.ts';
import type { Routes } from '../../context.ts';
import { measured } from '../../measuring/measure.ts';
import { workId } from '../work-id.ts';
import { recordOf, workRecord } from './work-change.ts';

const pair = z.object({
  first: workRecord,
  second: workRecord,
  expected: z.number().nullable().describe('Probability that the first is preferred, by the taste so far'),
});

/** Pairs that callers skipped and that are not offered again while the server runs. */
const mostSkipped = 500;

/** Duels: which of two works is better. taste train learns from the answers. */
export const duelRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { gallery, home } = context;
  const skipped: [string, string][] = [];

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
        body: z.strictObject({ winner: workId, loser: workId }),
        response: { 201: z.object({ duels: z.int().describe('Duels so far') }) },
      },
    },
    async ({ body: { winner, loser } }, reply) => {
      if (winner === loser) throw new ArtistError('ERR_INVALID_ARGUMENT', `loser: expected another work than ${winner}, got the same`);
      for (const id of [winner, loser]) await gallery.get(id);
      return reply.code(201).send({ duels: await recordDuel(home.folder, winner, loser) });
    },
  );
};
