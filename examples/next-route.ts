/**
 * A route handler of Next.js: `app/api/picture/route.ts`. The addon must stay outside the bundle: in next.config.ts
 * `serverExternalPackages: ['ai-artist']`.
 */
import { isArtistError, type Model, loadModel } from 'ai-artist';

export const runtime = 'nodejs'; // not 'edge': it cannot load addons
export const maxDuration = 300;

// On globalThis, because the development server runs this file again after each change.
const kept = globalThis as typeof globalThis & { aiArtist?: Promise<Model> };

export async function POST(request: Request): Promise<Response> {
  try {
    const { prompt } = (await request.json()) as { prompt: string };
    kept.aiArtist ??= loadModel({ isolate: true });
    const { images } = await (await kept.aiArtist).generate({ prompt, signal: request.signal });
    return new Response(await images[0].toBlob('webp'));
  } catch (error) {
    if (!isArtistError(error)) throw error;
    return Response.json(error, { status: error.code === 'ERR_INVALID_ARGUMENT' ? 400 : 500 });
  }
}
