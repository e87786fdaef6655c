import { createHash, type Hash } from 'node:crypto';
import { join } from 'node:path';
import { ArtistError } from '../../core/index.ts';
import { type ModelFile, withModelFile } from './model-file.ts';
import type { ModelHeader } from './tensor-list.ts';

const chunkBytes = 4 * 1024 * 1024;

/**
 * SHA-256 (hex) over the file's tensor data only: editing a name or a comment in the header does not change it. For safetensors this is
 * the hash that kohya's trainer stores as `sshs_model_hash`. Reads the whole file, 4 MB at a time.
 * (A diffusers folder has none: ERR_UNSUPPORTED.)
 *
 * @throws ArtistError ERR_READ, ERR_MODEL_NOT_FOUND, the signal's reason
 */
export async function hashTensors(header: ModelHeader, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  if (header.format === 'diffusers')
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${header.path}: a folder has no single tensor hash. Hash its files, e.g. ${join(header.path, 'unet/diffusion_pytorch_model.safetensors')}`,
    );
  await withModelFile(header.path, (file) => hashRange(hash, file, header.dataOffset, signal));
  return hash.digest('hex');
}

/** SHA-256 (hex) of a whole file, for manifests and downloads. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await withModelFile(path, (file) => hashRange(hash, file, 0, signal));
  return hash.digest('hex');
}

async function hashRange(hash: Hash, file: ModelFile, start: number, signal: AbortSignal | undefined): Promise<void> {
  for (let offset = start; offset < file.size; offset += chunkBytes) {
    signal?.throwIfAborted();
    hash.update(await file.read(offset, Math.min(chunkBytes, file.size - offset)));
  }
}
