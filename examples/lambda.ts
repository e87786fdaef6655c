/**
 * A serverless function (AWS Lambda behind a function URL; others have the same form). The model is loaded when the instance starts and kept
 * for the calls after it. The engine runs in a child process: where memory runs out, the call fails and the instance lives on.
 */
import { isArtistError, loadModel } from 'ai-artist';

const loading = loadModel({ isolate: true });
loading.catch(() => undefined); // said by the first call

interface Answer {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
}

export async function handler(event: { body?: string }): Promise<Answer> {
  try {
    const { prompt } = JSON.parse(event.body ?? '{}') as { prompt: string };
    const { images } = await (await loading).generate({ prompt });
    const bytes = await images[0].toBuffer('webp');
    return { statusCode: 200, headers: { 'content-type': 'image/webp' }, body: bytes.toString('base64'), isBase64Encoded: true };
  } catch (error) {
    const statusCode = isArtistError(error, 'ERR_INVALID_ARGUMENT') || error instanceof SyntaxError ? 400 : 500;
    const message = error instanceof Error ? error.message : String(error);
    return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }), isBase64Encoded: false };
  }
}
