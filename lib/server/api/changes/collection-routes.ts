import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, display } from '../../../core/index.ts';
import type { ServerContext } from '../../context.ts';
import { seesPrivate } from '../../visibility.ts';
import { Collections } from './collections.ts';
import { operationSchema } from './operation-book.ts';
import type { Operations } from './operations.ts';

const name = z.string().trim().min(1).max(200);
const byName = z.strictObject({ name });
const collection = z.object({
  name: z.string(),
  works: z.int(),
  description: z.string(),
  pinned: z.boolean(),
  usedAt: z.string().nullable().describe('When its newest work was made or last changed'),
});

/** Collections, and tags across all works. Works that are in the trash follow, so that they come back with the new name. */
export function collectionRoutes(root: FastifyInstance, { gallery, clock }: ServerContext, operations: Operations): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const collections = new Collections(gallery, clock);

  app.get(
    '/collections',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Collections: pinned ones first, then the last used',
        tags: ['collections'],
        response: { 200: z.object({ collections: z.array(collection) }) },
      },
    },
    async ({ caller }) => ({ collections: await collections.list({ hidden: seesPrivate(caller) }) }),
  );
  app.patch(
    '/collections/:name',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Describe or pin a collection',
        tags: ['collections'],
        params: byName,
        body: z.strictObject({ description: z.string().max(20_000).optional(), pinned: z.boolean().optional() }),
        response: { 200: z.object({ name: z.string(), description: z.string(), pinned: z.boolean() }) },
      },
    },
    ({ params, body }) => collections.book.describe(params.name, body),
  );
  app.post(
    '/collections/:name/rename',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Rename a collection, or merge it into another one',
        tags: ['collections'],
        params: byName,
        body: z.strictObject({ to: name }),
        response: { 202: operationSchema },
      },
    },
    async ({ params, body, caller }, reply) => {
      const ids = await known(collections, params.name);
      const begun = await operations.begin({ action: 'rename', of: 'collections', from: [params.name], to: body.to }, ids, caller.id);
      await collections.book.rename(params.name, body.to);
      return reply.code(202).send(await operations.settled(begun.id, 1000));
    },
  );
  app.delete(
    '/collections/:name',
    {
      config: { scope: 'paint' },
      schema: { summary: 'Delete a collection; its works stay', tags: ['collections'], params: byName, response: { 202: operationSchema } },
    },
    async ({ params, caller }, reply) => {
      const ids = await known(collections, params.name);
      const begun = await operations.begin({ action: 'rename', of: 'collections', from: [params.name], to: null }, ids, caller.id);
      await collections.book.remove(params.name);
      return reply.code(202).send(await operations.settled(begun.id, 1000));
    },
  );
  tagRoutes(root, collections, operations);
}

function tagRoutes(root: FastifyInstance, collections: Collections, operations: Operations): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.post(
    '/tags/rename',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Rename tags on all works, merge several into one, or remove them',
        tags: ['works'],
        body: z.strictObject({
          from: z.array(name).min(1).max(100),
          to: name.nullable().describe('null: remove the tags'),
          dryRun: z.boolean().default(false).describe('Only count the works'),
        }),
        response: { 200: z.object({ total: z.int() }), 202: operationSchema },
      },
    },
    async ({ body: { from, to, dryRun }, caller }, reply) => {
      const ids = await collections.worksOf('tag', from);
      if (dryRun) return reply.code(200).send({ total: ids.length });
      if (ids.length === 0)
        throw new ArtistError('ERR_NOT_FOUND', `from: expected a tag that a work has, got ${from.map(display).join(', ')}`);
      const begun = await operations.begin({ action: 'rename', of: 'tags', from, to }, ids, caller.id);
      return reply.code(202).send(await operations.settled(begun.id, 1000));
    },
  );
}

/** Works of a collection that exists: one that works name, or that has a text. */
async function known(collections: Collections, name: string): Promise<string[]> {
  const ids = await collections.worksOf('collection', [name]);
  if (ids.length > 0 || (await collections.book.has(name))) return ids;
  throw new ArtistError('ERR_NOT_FOUND', `${display(name)}: no such collection`);
}
