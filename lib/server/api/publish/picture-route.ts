import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { ArtistError, isArtistError } from '../../../core/index.ts';
import { type Outbox, type PostState, postedPicture } from '../../../publish/index.ts';
import { lookAtPicture, sendFile } from '../works/send-file.ts';

/** While a network may fetch the pictures. */
const sending: readonly PostState[] = ['uploading', 'processing', 'armed'];

/** Pictures of posts, for networks that fetch them (Instagram, Threads): anybody who knows the name, while the post is sent. */
export function postedPictureRoute(root: FastifyInstance, outbox: Outbox): void {
  const app = root.withTypeProvider<ZodTypeProvider>();
  app.get(
    '/publish/pictures/:name',
    {
      config: { scope: 'read', open: true },
      schema: {
        summary: 'A picture of a post that is being sent, for the network that fetches it',
        tags: ['publish'],
        params: z.strictObject({ name: z.string().max(100).describe('As the network was told it') }),
        response: { 200: { description: 'The picture', content: { 'image/*': { schema: z.any() } } } },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const absent = new ArtistError('ERR_NOT_FOUND', 'picture: expected one of a post that is being sent');
      const named = postedPicture(name);
      if (!named) throw absent;
      const post = await outbox.get(named.id).catch((error: unknown) => {
        throw isArtistError(error, 'ERR_NOT_FOUND') ? absent : error;
      });
      if (!sending.includes(post.state)) throw absent;
      const file = await lookAtPicture(outbox.home.post(named.id, named.file), name);
      return sendFile(request, reply, file, { etag: `"${name}"`, immutable: false });
    },
  );
}
