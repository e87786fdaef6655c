// Compiled, not run, by consumers.test.ts: what an ES module writes against the published types.
import { ArtistError, type ErrorCode, errorCodes, type GenerateResult, isArtistError, type LoadModelOptions, loadModel } from 'ai-artist';

const code: ErrorCode = 'ERR_ABORTED';
const meaning: string = errorCodes[code];
const error = new ArtistError('ERR_CONFIG', meaning, { details: ['line'] });
const same: boolean = isArtistError(error, 'ERR_CONFIG');

export async function paint(options: LoadModelOptions): Promise<GenerateResult> {
  const model = await loadModel(options);
  const controller = new AbortController();
  const run = model.generate({ prompt: 'a fox', steps: 4, seed: same ? 1 : 2, signal: controller.signal });
  for await (const event of run) if (event.type === 'done') break;
  const result = await run;
  const pixels: Uint8Array | undefined = result.images[0]?.data;
  await result.images[0]?.save(`fox-${pixels?.length}.png`);
  await model.dispose();
  return result;
}

// @ts-expect-error an unknown code
export const wrong: ErrorCode = 'ERR_NO_SUCH_CODE';
// @ts-expect-error steps is a number
export const wrongOption: Parameters<Awaited<ReturnType<typeof loadModel>>['generate']>[0] = { prompt: 'a', steps: 'many' };
