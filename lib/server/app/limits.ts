import fastifyMultipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import { ArtistError } from '../../core/index.ts';
import type { ServerContext } from '../context.ts';

/** Bounds of HTTP itself that no setting changes. */
export const httpLimits = {
  /** Bytes of all headers of a request. */
  maxHeaderSize: 16_384,
  /** Until the headers of a request have arrived, milliseconds. */
  headersTimeout: 15_000,
  /** How often these are looked at, milliseconds. */
  connectionsCheckingInterval: 2000,
  /** An idle connection is closed after this time, milliseconds. */
  keepAliveTimeout: 72_000,
} as const;

/** Characters of a part of a path: ids, names, percent-encoded. */
export const longestPathPart = 500;

/** Bytes of a body with pictures, for `bodyLimit` of a route. */
export const pictureLimit = (context: ServerContext): number => context.config.config.server.pictureMegabytes * 1_000_000;

/** For the description of each route that adds a job. */
export const jobSizeNote = ({ config }: Pick<ServerContext, 'config'>): string =>
  `All pictures of a job together, each at its size after a second pass, may have ${config.config.server.jobMegapixels} million pixels (setting server.jobMegapixels); else 400.`;

/** Lets the routes of one API read multipart bodies, which may be as large as those with pictures. Call it in the API's own plugin. */
export async function acceptMultipart(app: FastifyInstance, context: ServerContext): Promise<void> {
  const limit = pictureLimit(context);
  app.addHook('onRequest', async ({ headers }) => {
    const type = headers['content-type'] ?? '';
    if (!/^multipart\//i.test(type)) return;
    if (!/;\s{0,9}boundary=[^;\s]/i.test(type))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'content-type: expected a boundary of the multipart body, got none');
    // The parser streams, so nothing else bounds the body as a whole.
    const length = Number(headers['content-length'] ?? Number.NaN);
    if (Number.isNaN(length))
      throw new ArtistError('ERR_INVALID_ARGUMENT', 'content-length: expected the size of the multipart body, got none');
    if (length > limit) throw new ArtistError('ERR_TOO_LARGE', `body: expected at most ${limit} bytes, got ${length}`);
  });
  await app.register(fastifyMultipart, {
    limits: { parts: 100, fields: 80, files: 20, fileSize: limit, fieldSize: 1_000_000, fieldNameSize: 100, headerPairs: 20 },
  });
}
