import type { FastifyInstance } from 'fastify';
import { ArtistError } from '../../core/index.ts';

/** Content types of a body that is a picture. What it is, its content decides. */
export const pictureBodyTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'application/octet-stream'];

/** Lets the routes of a plugin take the bytes of a picture as their body; read it with pictureBody(). */
export function acceptPictureBodies(app: FastifyInstance, types: readonly string[], bodyLimit: number): void {
  app.addContentTypeParser([...types], { parseAs: 'buffer', bodyLimit }, (_, body, done) => done(null, body));
}

/** @throws ArtistError ERR_INVALID_ARGUMENT: there is no body */
export function pictureBody(body: unknown): Buffer {
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw new ArtistError('ERR_INVALID_ARGUMENT', 'body: expected the bytes of a picture, got none');
  return body;
}
