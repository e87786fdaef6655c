// Compiled, not run, by consumers.test.ts: what an ES module writes against the published types.
import {
  ArtistError,
  createArtist,
  type ErrorCode,
  errorCodes,
  type GenerateResult,
  isArtistError,
  type LoadModelOptions,
  loadModel,
} from 'ai-artist';
import type { ArtistError as CoreError } from 'ai-artist/core';
import { Gallery } from 'ai-artist/gallery';
import { type TrainRun, trainLora } from 'ai-artist/train';

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
  const pixels: Uint8Array = result.images[0].data;
  await result.images[0].save(`fox-${pixels.length}.png`);
  await model.dispose();
  return result;
}

/** Types of one door fit those of another. */
export async function file(result: GenerateResult): Promise<TrainRun> {
  const gallery = new Gallery({ folder: './works' });
  await gallery.add({ image: result.images[0] });
  const same: CoreError = new ArtistError('ERR_CONFIG', 'no');
  return trainLora({ data: './works', name: same.code });
}

/** The example of the README: a work that is filed is there; one that is not may not be. */
export async function create(): Promise<string> {
  await using artist = await createArtist({ home: './my-artist' });
  const { work } = await artist.create({ subject: 'a lighthouse at night' });
  const loose = await artist.create({ prompt: 'an owl', gallery: false });
  for await (const event of artist.create()) if (event.type === 'sample') console.log(event.step / event.steps);
  // @ts-expect-error it is not filed
  const path: string = loose.work.path;
  return `${work.path} ${work.title} ${path}`;
}

// @ts-expect-error an unknown code
export const wrong: ErrorCode = 'ERR_NO_SUCH_CODE';
// @ts-expect-error steps is a number
export const wrongOption: Parameters<Awaited<ReturnType<typeof loadModel>>['generate']>[0] = { prompt: 'a', steps: 'many' };
