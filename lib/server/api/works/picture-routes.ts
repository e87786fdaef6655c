import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError } from '../../../core/index.ts';
import { type Gallery, type ThumbnailFormat, type ThumbnailSize, thumbnailSizes, type WorkSummary } from '../../../gallery/index.ts';
import type { ServerContext } from '../../context.ts';
import { withoutRecipe } from '../../pictures/encode.ts';
import { visible } from '../../visibility.ts';
import { workId } from '../work-id.ts';
import { disposition } from './disposition.ts';
import { pictureVersion } from './records.ts';
import { lookAtPicture, type PictureOnDisk, sendFile, setCaching } from './send-file.ts';

const oneWork = z.strictObject({ id: workId });
const version = z.string().max(64).optional().describe('`version` of the work: the reply may then be kept for ever');
const picture = (...types: string[]) => ({
  200: { description: 'The picture', content: Object.fromEntries(types.map((type) => [type, { schema: z.any() }])) },
  206: { description: 'A part of it', content: { [types[0] ?? '']: { schema: z.any() } } },
  304: { description: 'The client has it already', content: { [types[0] ?? '']: { schema: z.any() } } },
  416: { description: 'It has no such part', content: { [types[0] ?? '']: { schema: z.any() } } },
});

const pictureTypes = ['image/png', 'image/jpeg', 'image/webp'];

/** A file that is not the one of the record any more is known by its time and size. */
const tagOf = ({ sha256, bytes }: WorkSummary, { size, mtimeMs }: PictureOnDisk): string =>
  size === bytes ? `"${sha256}"` : `W/"${size}-${Math.round(mtimeMs)}"`;

/** AVIF saves little in small pictures, and the smallest WebP is there since the work was filed. */
const smallestAvif = 640;

function formatFor(accept: string | undefined, width: number): ThumbnailFormat {
  return width >= smallestAvif && /\bimage\/avif\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i.test(accept ?? '') ? 'avif' : 'webp';
}

/** Originals, thumbnails and the strip of candidates. */
export function pictureRoutes(root: FastifyInstance, { gallery }: ServerContext): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/works/:id/image',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'The picture of a work, as it was filed',
        tags: ['works'],
        params: oneWork,
        querystring: z.strictObject({
          v: version,
          download: z.string().max(10).optional().describe('Present: save it as a file'),
          recipe: z
            .stringbool()
            .default(true)
            .describe('false: a PNG of the same pixels without prompt and settings. The mark that a program painted it stays'),
        }),
        response: picture(...pictureTypes),
      },
    },
    async (request, reply) => {
      const { params, query, caller } = request;
      const work = await visible(caller, params.id, (id) => gallery.summary(id));
      const file = await lookAtPicture(gallery.pathOf(work), work.id);
      const kind = query.download === undefined ? 'inline' : 'attachment';
      if (!query.recipe) return sendWithoutRecipe(reply.header('content-disposition', disposition(kind, work.name, 'png')), gallery, work);
      reply.header('content-disposition', disposition(kind, work.name, file.ending));
      const etag = tagOf(work, file);
      return sendFile(request, reply, file, { etag, immutable: query.v === pictureVersion(work.sha256) && !etag.startsWith('W/') });
    },
  );
  smallPictureRoutes(root, gallery);
}

function smallPictureRoutes(root: FastifyInstance, gallery: Gallery): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/works/:id/thumbnail',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'A small picture of a work',
        description: 'Of the smallest size that is at least `width`. AVIF if the client accepts it and the size is 640 or more, else WebP.',
        tags: ['works'],
        params: oneWork,
        querystring: z.strictObject({
          v: version,
          download: z.string().max(10).optional().describe('Present: save it as a WebP file'),
          width: z.coerce
            .number()
            .int()
            .min(1)
            .max(10_000)
            .default(320)
            .describe(`Pixels: ${thumbnailSizes.join(', ')}`),
        }),
        response: picture('image/webp', 'image/avif'),
      },
    },
    (request, reply) => sendThumbnail(gallery, request, reply, request.params.id, request.query),
  );
  app.get(
    '/works/:id/candidates/image',
    {
      config: { scope: 'read' },
      schema: {
        summary: "The candidates of a work's round in one picture: square tiles from left to right",
        tags: ['works'],
        params: oneWork,
        querystring: z.strictObject({ v: version }),
        response: picture('image/webp'),
      },
    },
    async (request, reply) => {
      const work = await visible(request.caller, request.params.id, (id) => gallery.get(id));
      if (!work.candidates) throw new ArtistError('ERR_NOT_FOUND', `${work.id}: its candidates were not kept`);
      const file = await lookAtPicture(join(dirname(work.path), work.candidates.file), work.id);
      const etag = `"${file.size}-${Math.round(file.mtimeMs)}"`;
      return sendFile(request, reply, file, { etag, immutable: request.query.v === pictureVersion(work.image.sha256) });
    },
  );
}

async function sendWithoutRecipe(reply: FastifyReply, gallery: Gallery, { id }: WorkSummary): Promise<FastifyReply> {
  const work = await gallery.get(id);
  return reply
    .header('cache-control', 'private, no-cache')
    .type('image/png')
    .send(await withoutRecipe(await readFile(work.path), work));
}

async function sendThumbnail(
  gallery: Gallery,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  { width, v, download }: { width: number; v?: string | undefined; download?: string | undefined },
): Promise<FastifyReply> {
  const work = await visible(request.caller, id, (id) => gallery.summary(id));
  const size: ThumbnailSize = thumbnailSizes.find((one) => one >= width) ?? 1280;
  const format = download === undefined ? formatFor(request.headers.accept, size) : 'webp';
  const thumbnail = await gallery.thumbnailToShow(work.id, size, format);
  reply
    .header('vary', 'accept')
    .header('content-disposition', disposition(download === undefined ? 'inline' : 'attachment', work.name, format));
  const caching = { etag: `"${pictureVersion(work.sha256)}-${size}-${format}"`, immutable: v === pictureVersion(work.sha256) };
  if ('path' in thumbnail) return sendFile(request, reply, await lookAtPicture(thumbnail.path, work.id), caching);
  setCaching(reply, caching);
  return reply.type(`image/${format}`).send(thumbnail.bytes);
}
