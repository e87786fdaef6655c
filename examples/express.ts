/**
 * Pictures by Express. `GET /picture?prompt=an owl` answers with a picture; `/live?prompt=an owl` shows it while it is painted.
 * Needs: express. Environment: PORT.
 */
import { isArtistError, loadModel } from 'ai-artist';
import express, { type ErrorRequestHandler } from 'express';

const model = await loadModel({ isolate: true }); // a crash of the engine fails a request, not the server
const app = express();

app.get('/picture', async (request, response) => {
  const stop = new AbortController();
  response.on('close', () => stop.abort());
  const { images } = await model.generate({ prompt: String(request.query['prompt'] ?? ''), signal: stop.signal });
  response.type('webp');
  images[0].toStream('webp').pipe(response);
});

app.get('/live', (request, response) => {
  const run = model.generate({ prompt: String(request.query['prompt'] ?? ''), preview: true });
  const pictures = run.createReadable();
  response.setHeader('content-type', pictures.contentType);
  response.on('close', () => run.cancel());
  pictures.on('error', () => response.destroy()).pipe(response);
});

const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent || response.destroyed) return next(error);
  const isWrong = isArtistError(error, 'ERR_INVALID_ARGUMENT');
  response.status(isWrong ? 400 : 500).json({ error: isArtistError(error) ? error : 'failed' });
};
app.use(answerError);

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => console.log('listening on', server.address()));
process.once('SIGTERM', () => server.close(() => void model.dispose()));
