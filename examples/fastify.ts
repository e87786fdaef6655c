/**
 * Pictures by fastify. `POST /pictures` with `{"prompt": "an owl"}` answers with a picture; a closed connection cancels it.
 * Needs: fastify. Environment: PORT.
 */
import { isArtistError, loadModel } from 'ai-artist';
import fastify from 'fastify';

const model = await loadModel({ isolate: true });
const app = fastify();

app.post<{ Body: { prompt: string; seed?: number } }>(
  '/pictures',
  { schema: { body: { type: 'object', required: ['prompt'], properties: { prompt: { type: 'string' }, seed: { type: 'integer' } } } } },
  async ({ body }, reply) => {
    const stop = new AbortController();
    reply.raw.on('close', () => stop.abort());
    const { images, seed } = await model.generate({ ...body, signal: stop.signal });
    return reply.type('image/png').header('x-seed', seed).send(images[0].toStream());
  },
);

app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
  const status = isArtistError(error, 'ERR_INVALID_ARGUMENT') ? 400 : (error.statusCode ?? 500);
  return reply.status(status).send({ message: error.message });
});

app.addHook('onClose', () => model.dispose());
process.once('SIGTERM', () => void app.close());
console.log('listening on', await app.listen({ port: Number(process.env['PORT'] ?? 3000), host: '127.0.0.1' }));
