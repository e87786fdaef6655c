import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError } from '../../../core/index.ts';
import { type Artwork, type Gallery, jsonFeed, rssFeed, zipStream } from '../../../gallery/index.ts';
import { recipeSchema, writeInfotext } from '../../../image/index.ts';
import type { Caller, ServerContext } from '../../context.ts';
import { maySee, seesPrivate } from '../../visibility.ts';
import { workId } from '../work-id.ts';
import { selected, selectionOf } from './query.ts';
import { withoutPlaces } from './records.ts';
import { stopWhenGone } from './stop.ts';

/** Archives that are packed at a time, and works in one. */
const [mostArchives, mostWorks] = [2, 20_000];
const worksInFeed = 50;

const ids = z
  .string()
  .max(27 * 1000)
  .transform((text) => text.split(','))
  .pipe(z.array(workId).min(1).max(1000))
  .optional()
  .describe('Ids with commas between, instead of a query; at most 1,000');

async function idsOf(gallery: Gallery, given: { query: string; trashed: boolean; ids?: string[] | undefined }, caller: Caller) {
  if (given.ids === undefined) {
    const { query, ...which } = await selectionOf(gallery, given, caller);
    return gallery.select(query, which);
  }
  if (given.query !== '') throw new ArtistError('ERR_INVALID_ARGUMENT', 'query: expected to be left out where ids are given');
  return (await gallery.getMany(given.ids)).filter((work) => maySee(caller, work)).map(({ id }) => id);
}

/** The stored record of a work as a caller may see it; undefined: it may not see the work, which was hidden meanwhile. */
function recordFor(caller: Caller): (work: Artwork, stored: unknown) => unknown {
  return (work, stored) => {
    if (!maySee(caller, work)) return undefined;
    const { note, ...record } = withoutPlaces(stored) as Record<string, unknown>;
    return note !== undefined && seesPrivate(caller) ? { ...record, note } : record;
  };
}

/** Records read at a time. */
const batch = 50;

async function* recipeLines(gallery: Gallery, wanted: readonly string[], caller: Caller): AsyncGenerator<string> {
  let separator = '[\n';
  for (let at = 0; at < wanted.length; at += batch)
    for (const work of await gallery.getMany(wanted.slice(at, at + batch))) {
      if (!maySee(caller, work)) continue; // hidden meanwhile
      const recipe = withoutPlaces(work.recipe ?? null);
      const whole = recipeSchema.safeParse(recipe);
      const { id, createdAt, title = null } = work;
      yield `${separator}${JSON.stringify({ id, createdAt, title, recipe, infotext: whole.success ? writeInfotext(whole.data) : null })}`;
      separator = ',\n';
    }
  yield separator === ',\n' ? '\n]\n' : '[]\n';
}

/** Works as an archive, their recipes, and the newest works as feeds. */
export function exportRoutes(root: FastifyInstance, context: ServerContext): void {
  const { gallery } = context;
  const app = root.withTypeProvider<ZodTypeProvider>();
  let running = 0;
  app.get(
    '/export.zip',
    {
      config: { scope: 'read', costly: true },
      schema: {
        summary: 'Pictures and records of works as a ZIP',
        description: `At most ${mostWorks.toLocaleString('en')} works, and ${mostArchives} archives at a time. Works whose files cannot be read are left out and listed in left-out.json.`,
        tags: ['works'],
        querystring: z.strictObject({ ...selected, ids }),
        response: { 200: { description: 'The archive', content: { 'application/zip': { schema: z.any() } } } },
      },
    },
    async (request, reply) => {
      if (running >= mostArchives)
        throw new ArtistError('ERR_BUSY', `export: expected at most ${mostArchives} archives at a time, got one more. Try again later`);
      running++;
      reply.raw.once('close', () => running--);
      const wanted = await idsOf(gallery, request.query, request.caller);
      if (wanted.length > mostWorks)
        throw new ArtistError('ERR_TOO_LARGE', `export: expected at most ${mostWorks} works, got ${wanted.length}. Narrow the query`);
      reply.type('application/zip').header('content-disposition', 'attachment; filename="works.zip"').header('cache-control', 'no-store');
      const archive = zipStream(gallery, wanted, { signal: stopWhenGone(reply), recordOf: recordFor(request.caller) });
      return reply.send(Readable.fromWeb(archive as ReadableStream));
    },
  );
  recipesRoute(root, gallery);
  for (const [path, type, feedOf] of [
    ['/feed.xml', 'application/rss+xml; charset=utf-8', rssFeed],
    ['/feed.json', 'application/feed+json; charset=utf-8', jsonFeed],
  ] as const) {
    app.get(
      path,
      {
        config: { scope: 'read' },
        schema: {
          summary: `The newest works as a feed (${path.endsWith('xml') ? 'RSS 2.0' : 'JSON Feed 1.1'})`,
          tags: ['works'],
          querystring: z.strictObject({ query: selected.query }),
          response: { 200: { description: 'The feed', content: { [type]: { schema: z.any() } } } },
        },
      },
      async (request, reply) => {
        const selection = await selectionOf(gallery, { ...request.query, trashed: false }, request.caller);
        const page = await gallery.list({ ...selection, limit: worksInFeed });
        const works = page.works.filter((work) => maySee(request.caller, work));
        const url = context.addressOf(request, '/');
        const addresses = {
          page: ({ id }: { id: string }) => `${url}works/${id}`,
          picture: ({ id }: { id: string }) => `${url}api/v1/works/${id}/image`,
          feed: `${url}api/v1${path}`,
        };
        return reply.type(type).send(feedOf(works, { title: context.config.config.server.title, url, addresses }));
      },
    );
  }
}

function recipesRoute(root: FastifyInstance, gallery: Gallery): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/export.json',
    {
      config: { scope: 'read', costly: true },
      schema: {
        summary: 'Recipes of works as JSON',
        description: `A list of id, createdAt, title, recipe and infotext. At most ${mostWorks.toLocaleString('en')} works.`,
        tags: ['works'],
        querystring: z.strictObject({ ...selected, ids }),
        response: { 200: { description: 'The recipes', content: { 'application/json': { schema: z.any() } } } },
      },
    },
    async (request, reply) => {
      const wanted = await idsOf(gallery, request.query, request.caller);
      if (wanted.length > mostWorks)
        throw new ArtistError('ERR_TOO_LARGE', `export: expected at most ${mostWorks} works, got ${wanted.length}. Narrow the query`);
      reply.type('application/json; charset=utf-8').header('content-disposition', 'attachment; filename="recipes.json"');
      reply.header('cache-control', 'no-store');
      return reply.send(Readable.from(recipeLines(gallery, wanted, request.caller)));
    },
  );
}
