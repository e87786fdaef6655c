import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import type { Routes } from '../../context.ts';
import { acceptPictureBodies, pictureBody, pictureBodyTypes } from '../../pictures/raw-body.ts';
import { workId } from '../work-id.ts';
import { changeWork, takeIn } from './one-work.ts';
import { recordOf, workChange, workRecord } from './work-change.ts';

const oneWork = z.strictObject({ id: workId });

/** Changing, trashing, restoring and purging one work. */
export const workRoutes: Routes = (root, { gallery }) => {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.patch(
    '/works/:id',
    {
      config: { scope: 'paint' },
      schema: {
        summary: 'Change fields of a work',
        description: 'Fields that are not named stay. With If-Match, only if the work still has that version.',
        tags: ['works'],
        params: oneWork,
        headers: z.looseObject({ 'if-match': z.string().max(1000).optional() }),
        body: workChange,
        response: { 200: workRecord },
      },
    },
    async ({ params, body, headers }, reply) => {
      const record = recordOf(await changeWork(gallery, params.id, body, headers['if-match']));
      return reply.header('etag', `"${record.version}"`).send(record);
    },
  );
  app.post(
    '/works/:id/trash',
    {
      config: { scope: 'paint' },
      schema: { summary: 'Move a work to the trash', tags: ['works'], params: oneWork, response: { 200: workRecord } },
    },
    async ({ params }) => recordOf(await gallery.trash(params.id)),
  );
  app.post(
    '/works/:id/restore',
    {
      config: { scope: 'paint' },
      schema: { summary: 'Take a work out of the trash', tags: ['works'], params: oneWork, response: { 200: workRecord } },
    },
    async ({ params }) => recordOf(await gallery.restore(params.id)),
  );
  app.delete(
    '/works/:id',
    {
      config: { scope: 'admin' },
      schema: { summary: 'Delete the files of a work in the trash', tags: ['works'], params: oneWork, response: { 204: z.null() } },
    },
    async ({ params }, reply) => {
      await gallery.purge(params.id);
      return reply.code(204).send(null);
    },
  );
};

const mostUploadBytes = 64 * 1024 * 1024;
/** Works are not AVIF. */
const pictureTypes = pictureBodyTypes.filter((type) => type !== 'image/avif');

/** Filing an uploaded picture. */
export const uploadRoute: Routes = (root, { gallery, clock }) => {
  // The bytes of a picture are read as they are, in this route alone.
  root.register(async (inner) => {
    const app = inner.withTypeProvider<ZodTypeProvider>();
    acceptPictureBodies(app, pictureTypes, mostUploadBytes);
    app.post(
      '/works/import',
      {
        config: { scope: 'paint' },
        bodyLimit: mostUploadBytes,
        schema: {
          summary: 'File a picture as a work',
          description:
            'The body is the picture: PNG, JPEG or WebP, decided by its content, up to 64 MiB and 100 megapixels. A recipe in it is kept.',
          tags: ['works'],
          consumes: pictureTypes,
          querystring: z.strictObject({
            name: z.string().min(1).max(255).default('upload').describe('Name of the file, kept as its origin'),
            title: z.string().max(1000).optional(),
            tags: z.string().max(20_000).optional().describe('Separated by commas'),
            collection: z.string().trim().min(1).max(200).optional(),
          }),
          response: {
            200: z.object({ filed: z.literal(false), work: workRecord }),
            201: z.object({ filed: z.literal(true), work: workRecord }),
          },
        },
      },
      async ({ body, query: { name, title, tags, collection } }, reply) => {
        const bytes = pictureBody(body);
        const words = (tags ?? '').split(',').flatMap((tag) => (tag.trim() === '' ? [] : [tag.trim()]));
        const { work, filed } = await takeIn(
          gallery,
          { bytes, name, at: clock.now() },
          {
            ...(title !== undefined && { title }),
            ...(words.length > 0 && { tags: words }),
            ...(collection !== undefined && { collections: [collection] }),
          },
        );
        return filed ? reply.code(201).send({ filed, work: recordOf(work) }) : reply.code(200).send({ filed, work: recordOf(work) });
      },
    );
  });
};
