import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { chooseDuel, recordDuel } from '../../../artist/index.ts';
import { configPath } from '../../../config/index.ts';
import { ArtistError } from '../../../core/index.ts';
import type { Routes } from '../../context.ts';
import { recordOf, workId, workRecord } from './work-change.ts';

const pair = z.object({
  first: workRecord,
  second: workRecord,
  expected: z.number().nullable().describe('Probability that the first is preferred, by the taste so far'),
});

/** Works that a pair is chosen from. Comparing each with each takes time on the event loop: 60 works are 1770 pairs, about 5 ms. */
const field = 60;
/** Pairs that a caller skipped and that are not offered again while the server runs. */
const mostSkipped = 500;

/** Duels: which of two works is better. taste train learns from the answers. */
export const duelRoutes: Routes = (root, context) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const { gallery, home, config, warn, closing } = context;
  const skipped: [string, string][] = [];
  const { clip } = config.config.create;
  // One at a time: each loads the CLIP.
  let last: Promise<unknown> = Promise.resolve();

  app.post(
    '/duels/next',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'The pair of works whose duel teaches most',
        tags: ['duels'],
        body: z
          .strictObject({ skip: z.tuple([workId, workId]).optional().describe('A pair not to offer again, such as the last one') })
          .default({}),
        response: { 200: pair },
      },
    },
    async ({ body: { skip } }) => {
      if (skip) skipped.push(skip);
      skipped.splice(0, skipped.length - mostSkipped);
      const choosing = last.then(() =>
        chooseDuel({
          ...{ home: home.folder, gallery, warn, signal: closing, field, skipped },
          clip: clip === undefined ? undefined : configPath(clip, home.folder),
        }),
      );
      last = choosing.catch(() => undefined); // the caller of this request gets the error
      const { first, second, expected } = await choosing;
      return { first: recordOf(first), second: recordOf(second), expected: expected ?? null };
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
