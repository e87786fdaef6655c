import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Gallery } from '../../../gallery/index.ts';
import type { ServerContext } from '../../context.ts';
import { acceptPictureBodies, pictureBody, pictureBodyTypes } from '../../pictures/raw-body.ts';
import { maySee, visible } from '../../visibility.ts';
import { workId } from '../work-id.ts';
import { type Likeness, LikenessSearch, type RankOptions } from './likeness.ts';
import { selected, selectionOf } from './query.ts';
import { rowOf, workRow } from './records.ts';
import { stopWhenGone } from './stop.ts';

const within = {
  query: selected.query,
  limit: z.coerce.number().int().min(1).max(200).default(50),
};
export const alike = z.object({
  works: z.array(workRow.extend({ similarity: z.number().describe('Cosine, -1..1') })),
  compared: z.int().describe('Works whose pictures were compared; those of new works are read in the background'),
  unknown: z.array(z.string()).describe('Words that mean nothing to the CLIP'),
  cutOff: z.number().nullable().describe('Works less alike than this are left out; null: none are'),
  message: z.string().nullable().describe('Why there are none'),
});

const mostUploadBytes = 32 * 1024 * 1024;

/** Works like words, like a work, or like a picture. */
export function likeRoutes(root: FastifyInstance, context: ServerContext): void {
  const { gallery } = context;
  const search = new LikenessSearch(context);
  root.addHook('onClose', () => search.close());
  const app = root.withTypeProvider<ZodTypeProvider>();

  app.get(
    '/works/similar',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Works like some words, most alike first',
        description:
          'Cut off one standard deviation above the mean likeness of the gallery. None if most words are unknown to the bundled CLIP.',
        tags: ['works'],
        querystring: z.strictObject({ like: z.string().trim().min(1).max(1000), ...within }),
        response: { 200: alike },
      },
    },
    (request, reply) => answerLike(gallery, request, reply, request.query, (options) => search.toText(request.query.like, options)),
  );
  app.get(
    '/works/:id/similar',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Works like a work, most alike first',
        tags: ['works'],
        params: z.strictObject({ id: workId }),
        querystring: z.strictObject(within),
        response: { 200: alike },
      },
    },
    async (request, reply) => {
      const { id } = await visible(request.caller, request.params.id, (id) => gallery.summary(id));
      return answerLike(gallery, request, reply, request.query, (options) => search.toWork(id, options));
    },
  );
  root.register(async (inner) => {
    acceptPictureBodies(inner, pictureBodyTypes, mostUploadBytes);
    inner.withTypeProvider<ZodTypeProvider>().post(
      '/works/similar',
      {
        config: { scope: 'read' },
        bodyLimit: mostUploadBytes,
        schema: {
          summary: 'Works like a picture, most alike first',
          description: 'The body is the picture: PNG, JPEG, WebP or AVIF, decided by its content, up to 32 MiB. It is not kept.',
          tags: ['works'],
          consumes: pictureBodyTypes,
          querystring: z.strictObject(within),
          response: { 200: alike },
        },
      },
      (request, reply) => {
        const { body } = request;
        const picture = pictureBody(body);
        return answerLike(gallery, request, reply, request.query, (options) => search.toPicture(picture, options));
      },
    );
  });
}

async function answerLike(
  gallery: Gallery,
  { caller }: FastifyRequest,
  reply: FastifyReply,
  { query, limit }: { query: string; limit: number },
  ask: (options: RankOptions) => Promise<Likeness>,
): Promise<z.output<typeof alike>> {
  const { trashed: _, ...selection } = await selectionOf(gallery, { query, trashed: false }, caller);
  const { works: found, compared, unknown, cutOff = null } = await ask({ ...selection, limit, signal: stopWhenGone(reply) });
  const rows = await Promise.all(
    found.map(async ({ id, similarity }) => {
      const summary = await gallery.summary(id).catch(() => undefined); // damaged or removed since
      return summary && maySee(caller, summary) ? { ...rowOf(summary), similarity } : undefined;
    }),
  );
  return {
    works: rows.filter((row) => row !== undefined),
    compared,
    unknown: [...unknown],
    cutOff,
    message: found.length > 0 ? null : 'nothing like that',
  };
}
