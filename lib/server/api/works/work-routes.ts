import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError } from '../../../core/index.ts';
import { type FacetName, facetNames } from '../../../gallery/index.ts';
import type { ServerContext } from '../../context.ts';
import { maySee, seesPrivate, visible } from '../../visibility.ts';
import { workId } from '../work-id.ts';
import { binaryColumns } from './columns.ts';
import { cursorOf, order, placeOf, selected, selectionOf } from './query.ts';
import { fullRecord, fullWork, rowOf, withoutPlaces, workRow } from './records.ts';
import { stopWhenGone } from './stop.ts';

const oneWork = z.strictObject({ id: workId });
const count = z.object({ name: z.string(), works: z.int() });
const facetNamed = z.enum(facetNames);

const pageOfWorks = z.object({
  works: z.array(workRow),
  total: z.int().describe('Works on all pages'),
  next: z.string().nullable().describe('`cursor` of the next page; null: this is the last'),
  problems: z
    .array(z.object({ id: z.string(), code: z.string() }))
    .describe('Works of this page whose records are damaged; only for callers with a token'),
});

/** Lists, records and counts of works. */
export function workRoutes(root: FastifyInstance, { gallery }: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/works',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'A page of works',
        description:
          'Works that are filed, changed or removed between two pages move no other work: none comes twice, and none is left out.',
        tags: ['works'],
        querystring: z.strictObject({
          ...selected,
          sort: order,
          limit: z.coerce.number().int().min(1).max(500).default(50),
          cursor: z.string().max(100).optional().describe('`next` of the page before'),
        }),
        response: { 200: pageOfWorks },
      },
    },
    async (request, reply) => {
      const { sort, limit, cursor, ...wanted } = request.query;
      const selection = await selectionOf(gallery, wanted, request.caller);
      const page = await gallery.summaries({ ...selection, sort, limit, after: placeOf(sort, cursor), signal: stopWhenGone(reply) });
      const { works, total, next, problems } = page;
      const { caller } = request;
      // A record may have changed since the index was asked.
      const shown = works.filter((work) => maySee(caller, work)).map(rowOf);
      const damaged = seesPrivate(caller) ? problems.map(({ id, code }) => ({ id, code })) : [];
      return { works: shown, total, next: next ? cursorOf(sort, next) : null, problems: damaged };
    },
  );
  app.get(
    '/works/ids',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'All works of a query, as columns',
        description:
          'For a grid that knows its shape before it loads works. Little-endian: `AIAIDS2\\n`, number of works n in this body, of all works of the query, of ' +
          'different days of all (uint32 each), zero (uint32); then n aspect ratios (float32, width by height, 0: unknown), n days since 1970 in UTC (uint16), ' +
          'n ids (26 bytes of ASCII each).',
        tags: ['works'],
        querystring: z.strictObject({
          ...selected,
          sort: order,
          limit: z.coerce.number().int().min(1).optional().describe('Only the first works. Default: all'),
        }),
        response: { 200: { description: 'The columns', content: { 'application/octet-stream': { schema: z.any() } } } },
      },
    },
    async (request, reply) => {
      const { sort, limit, ...wanted } = request.query;
      const selection = await selectionOf(gallery, wanted, request.caller);
      const columns = await gallery.columns({ ...selection, sort, signal: stopWhenGone(reply) });
      return reply.type('application/octet-stream').header('cache-control', 'private, no-cache').send(binaryColumns(columns, limit));
    },
  );
  rowRoutes(root, gallery);
  recordRoutes(root, gallery);
  countRoutes(root, gallery);
}

/** Most ids in one request: 100 make 2,700 characters of an address. */
const mostRows = 100;

/** Rows of works that a client knows by their ids, such as those of /works/ids that are in view. */
function rowRoutes(root: FastifyInstance, gallery: ServerContext['gallery']): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/works/rows',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Rows of works by their ids',
        description: 'In the order of the ids. Works that do not exist, cannot be read or that the caller may not see are left out.',
        tags: ['works'],
        querystring: z.strictObject({
          ids: z
            .string()
            .max(mostRows * 27)
            .transform((text) => text.split(','))
            .pipe(z.array(workId).min(1).max(mostRows))
            .describe(`Up to ${mostRows} ids, with commas between`),
        }),
        response: { 200: z.object({ works: z.array(workRow) }) },
      },
    },
    async ({ query, caller }) => {
      const found = await Promise.allSettled(query.ids.map((id) => visible(caller, id, (known) => gallery.summary(known))));
      return { works: found.flatMap((one) => (one.status === 'fulfilled' ? [rowOf(one.value)] : [])) };
    },
  );
}

const facetAnswer = z.object({
  total: z.int(),
  facets: z.partialRecord(facetNamed, z.array(count)),
  unknownFields: z
    .array(z.object({ field: z.string(), meant: z.string().nullable() }))
    .describe('Fields of the query that no work has, each with the one that may have been meant'),
});
export type FacetAnswer = z.output<typeof facetAnswer>;

/** Counts of works. */
function countRoutes(root: FastifyInstance, gallery: ServerContext['gallery']): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/facets',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Numbers of works of a query, by month, model, tag and so on',
        tags: ['works'],
        querystring: z.strictObject({
          ...selected,
          facets: z
            .string()
            .max(300)
            .optional()
            .transform((text) => (text === undefined ? undefined : text.split(',')))
            .pipe(z.array(facetNamed).optional())
            .describe(`Names, with commas between: ${facetNames.join(', ')}. Default: all`),
        }),
        response: { 200: facetAnswer },
      },
    },
    async (request, reply) => {
      const { facets = facetNames, ...wanted } = request.query;
      const selection = await selectionOf(gallery, wanted, request.caller);
      const counts = await gallery.facets(facets as readonly FacetName[], { ...selection, signal: stopWhenGone(reply) });
      const unknown = await gallery.unknownFields(selection.query);
      return { ...counts, unknownFields: unknown.map(({ field, meant = null }) => ({ field, meant })) };
    },
  );
  app.get(
    '/tags',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Tags in use, the most frequent first',
        tags: ['works'],
        response: { 200: z.object({ tags: z.array(count) }) },
      },
    },
    async ({ caller }) => ({ tags: (await gallery.facets(['tag'], { hidden: seesPrivate(caller) })).facets.tag ?? [] }),
  );
}

/** The record of a work, and parts of it. */
function recordRoutes(root: FastifyInstance, gallery: ServerContext['gallery']): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/works/:id',
    {
      config: { scope: 'read' },
      schema: { summary: 'All that is known about a work', tags: ['works'], params: oneWork, response: { 200: fullWork } },
    },
    async ({ params, caller }, reply) => {
      const work = await visible(caller, params.id, (id) => gallery.get(id));
      reply.header('cache-control', 'private, no-cache');
      return fullRecord(work, rowOf(await gallery.summary(work.id)), seesPrivate(caller));
    },
  );
  app.get(
    '/works/:id/ledger',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The ledger of the curation: every candidate, and why it was kept or rejected',
        tags: ['works'],
        params: oneWork,
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async ({ params, caller }) => {
      const { id, curation } = await visible(caller, params.id, (id) => gallery.get(id));
      if (!curation) throw new ArtistError('ERR_NOT_FOUND', `${id}: it was not curated`);
      return withoutPlaces(curation) as Record<string, unknown>;
    },
  );
  app.get(
    '/works/:id/candidates',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The pictures of the candidates: where each lies in /works/{id}/candidates/image',
        tags: ['works'],
        params: oneWork,
        response: {
          200: z.object({
            tile: z.int().describe('Edge of a tile, pixels'),
            candidates: z.array(z.object({ index: z.int().describe('In the ledger'), left: z.int() })),
          }),
        },
      },
    },
    async ({ params, caller }) => {
      const { id, candidates } = await visible(caller, params.id, (id) => gallery.get(id));
      if (!candidates) throw new ArtistError('ERR_NOT_FOUND', `${id}: its candidates were not kept`);
      const { tile, count: number } = candidates;
      return { tile, candidates: Array.from({ length: Math.min(number, 1000) }, (_, index) => ({ index, left: index * tile })) };
    },
  );
}
