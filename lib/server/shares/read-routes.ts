import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError } from '../../core/index.ts';
import { type Gallery, thumbnailSizes } from '../../gallery/index.ts';
import { workId } from '../api/work-id.ts';
import { disposition } from '../api/works/disposition.ts';
import { pictureVersion } from '../api/works/records.ts';
import { lookAtPicture, sendFile } from '../api/works/send-file.ts';
import type { ServerContext } from '../context.ts';
import { type Share, type ShareBook, secretForm } from './share-book.ts';
import { mayGiveOriginal, ShownWorks, shownRecipe, shownRow, shownWork } from './shown-works.ts';

const minuteMs = 60_000;
/** Links that an address may try in a minute and that do not exist. */
const mostGuesses = 30;
const open = { scope: 'read', open: true } as const;

const bySecret = z.strictObject({ secret: z.string().min(1).max(100) });
const oneWork = bySecret.extend({ id: workId });
const version = z.string().max(64).optional();

const sharePage = z.object({
  title: z.string(),
  withRecipe: z.boolean(),
  expiresAt: z.string().nullable(),
  total: z.int().describe('Works that the link names'),
  works: z.array(shownWork),
  next: z.int().nullable().describe('`from` of the next page; null: this is the last'),
});
export type SharePage = z.output<typeof sharePage>;
const sharedWork = shownWork.extend({
  infotext: z.string().nullable().describe('The recipe, if the link shows it'),
  original: z.boolean().describe('Whether the file may be downloaded as it was filed'),
});
export type SharedWork = z.output<typeof sharedWork>;

/** Finds the link of a request: the same answer for one that never was, has expired, or was revoked. */
type FindShare = (request: FastifyRequest, secret: string) => Promise<Share>;

function findingShares(root: FastifyInstance, book: ShareBook): FindShare {
  const guesses = root.createRateLimit({ max: mostGuesses, timeWindow: minuteMs, keyGenerator: ({ ip }) => `share ${ip}` });
  return async (request, secret) => {
    const share = secretForm.test(secret) ? await book.find(secret) : undefined;
    if (share) return share;
    const state = await guesses(request);
    if (!state.isAllowed && state.isExceeded)
      throw new ArtistError('ERR_RATE_LIMIT', `link: expected fewer unknown ones in a minute. Try again in ${state.ttlInSeconds} s`);
    throw new ArtistError('ERR_NOT_FOUND', 'link: it does not exist, or it has ended');
  };
}

/** What the holder of a link may read, without a token and from anywhere: the works of the link and nothing else. */
export function sharedRoutes(root: FastifyInstance, { gallery, clock }: ServerContext, book: ShareBook): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  const shown = new ShownWorks(gallery, () => clock.now());
  const shareOf = findingShares(root, book);
  app.get(
    '/shared/:secret',
    {
      config: open,
      schema: {
        summary: 'A page of the works behind a link',
        tags: ['shares'],
        params: bySecret,
        querystring: z.strictObject({
          from: z.coerce.number().int().min(0).max(10_000_000).default(0),
          limit: z.coerce.number().int().min(1).max(200).default(100),
        }),
        response: { 200: sharePage },
      },
    },
    async (request, reply) => {
      const share = await shareOf(request, request.params.secret);
      const { from, limit } = request.query;
      const ids = [...(await shown.idsOf(share))];
      const found = await Promise.allSettled(ids.slice(from, from + limit).map((id) => shown.work(share, id)));
      const works = found.flatMap((one) => (one.status === 'fulfilled' ? [shownRow(share, one.value)] : []));
      reply.header('cache-control', 'no-store');
      const { title, withRecipe, expiresAt } = share;
      return { title, withRecipe, expiresAt, total: ids.length, works, next: from + limit < ids.length ? from + limit : null };
    },
  );
  app.get(
    '/shared/:secret/works/:id',
    {
      config: open,
      schema: { summary: 'A work behind a link', tags: ['shares'], params: oneWork, response: { 200: sharedWork } },
    },
    async (request, reply) => {
      const share = await shareOf(request, request.params.secret);
      const work = await shown.work(share, request.params.id);
      reply.header('cache-control', 'no-store');
      const whole = await gallery.get(work.id);
      return { ...shownRow(share, work), infotext: shownRecipe(share, whole), original: mayGiveOriginal(share, whole) };
    },
  );
  pictureRoute(root, gallery, shown, shareOf);
}

function pictureRoute(root: FastifyInstance, gallery: Gallery, shown: ShownWorks, shareOf: FindShare): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/shared/:secret/works/:id/picture',
    {
      config: open,
      schema: {
        summary: 'A picture behind a link',
        description:
          'As WebP without its recipe. `original`: the file as it was filed, which holds the recipe; only if the link shows recipes, and not if it names a place of a machine.',
        tags: ['shares'],
        params: oneWork,
        querystring: z.strictObject({
          v: version,
          width: z.coerce.number().int().min(1).max(10_000).default(1280),
          original: z.enum(['true', 'false']).default('false'),
          download: z.string().max(10).optional().describe('Present: save it as a file'),
        }),
        response: { 200: { description: 'The picture', content: { 'image/webp': { schema: z.any() } } } },
      },
    },
    async (request, reply) => {
      const { params, query } = request;
      const share = await shareOf(request, params.secret);
      const work = await shown.work(share, params.id);
      const isOriginal = query.original === 'true';
      if (isOriginal && !mayGiveOriginal(share, await gallery.get(work.id)))
        throw new ArtistError('ERR_FORBIDDEN', 'original: expected a link that shows recipes, and a file without names of places');
      const size = thumbnailSizes.find((one) => one >= query.width) ?? 1280;
      const path = isOriginal ? gallery.pathOf(work) : await gallery.thumbnail(work.id, size, 'webp');
      const file = await lookAtPicture(path, work.id);
      reply.header(
        'content-disposition',
        disposition(query.download === undefined ? 'inline' : 'attachment', work.title ?? 'work', file.ending),
      );
      // Not for ever: a link can be revoked.
      const etag = `"${pictureVersion(work.sha256)}-${isOriginal ? 'original' : size}"`;
      return sendFile(request, reply, file, { etag, immutable: false });
    },
  );
}
