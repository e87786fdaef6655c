/** Which model it is: the hashes of its files. */
import { stat } from 'node:fs/promises';
import * as z from 'zod';
import { ArtistError } from '../core/index.ts';
import { type ModelFiles, weightsFile } from '../engine/index.ts';

export const tunedFile = z.strictObject({
  /** Its place in loadModel(): `model`, `vae`. */
  role: z.string(),
  bytes: z.number().min(0),
  modifiedMs: z.number(),
  /** SHA-256 of its tensors. */
  hash: z.string(),
});
export type TunedFile = z.output<typeof tunedFile>;

type Headers = ModelFiles['headers'];
type Header = NonNullable<Headers[keyof Headers]>;

const headersOf = ({ headers }: ModelFiles): [string, Header][] =>
  Object.entries(headers)
    .filter((entry): entry is [string, Header] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/**
 * Reads every file once, which takes seconds for a large one.
 *
 * @throws ArtistError ERR_UNSUPPORTED: a Diffusers folder, which has no single hash; ERR_READ
 */
export async function identityOf(model: ModelFiles): Promise<TunedFile[]> {
  const files: TunedFile[] = [];
  for (const [role, header] of headersOf(model)) {
    const { hash } = await weightsFile(header);
    if (hash === undefined)
      throw new ArtistError(
        'ERR_UNSUPPORTED',
        `${role}: expected a model in one file, got the folder ${header.path}. Make a file of it: ai-artist convert`,
      );
    const { size, mtimeMs } = await stat(header.path);
    files.push({ role, bytes: size, modifiedMs: mtimeMs, hash });
  }
  return files;
}

/** Whether a model has these files. Only files whose size is equal and whose time is not are read. */
export async function isModelOf(known: readonly TunedFile[], model: ModelFiles): Promise<boolean> {
  const headers = headersOf(model);
  if (headers.length !== known.length) return false;
  for (const [index, [role, header]] of headers.entries()) {
    const file = known[index];
    if (file?.role !== role || header.format === 'diffusers') return false;
    const { size, mtimeMs } = await stat(header.path);
    if (size !== file.bytes) return false;
    if (mtimeMs !== file.modifiedMs && (await weightsFile(header)).hash !== file.hash) return false;
  }
  return true;
}
