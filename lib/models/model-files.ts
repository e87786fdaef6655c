/** The files of the models of a home: which are there, which hash each must have, and whether it has it. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { answering, isArtistError } from '../core/index.ts';
import { bundledModel, bundledName } from './bundled.ts';
import { hashFile } from './formats/tensor-hash.ts';
import { aliasFiles, listModels, readRecord } from './store.ts';

export interface ModelFileState {
  /** Name of the model, as `models list` has it. */
  model: string;
  /** Absolute path; of a missing part of an alias the name of its file. */
  path: string;
  /** undefined: it is missing. */
  bytes: number | undefined;
  /** SHA-256 that was recorded when it was made or downloaded; undefined: there is no record. */
  sha256: string | undefined;
  /**
   * there: exists, its bytes were not read. right: has the recorded hash. changed: has another size or hash. unknown: nothing to compare it with.
   * unreadable: its bytes cannot be read.
   */
  state: 'there' | 'right' | 'changed' | 'missing' | 'unknown' | 'unreadable';
}

const bytesOf = (path: string): Promise<number | undefined> =>
  stat(path).then(
    ({ size }) => size,
    () => undefined,
  );

async function bundledFiles(): Promise<ModelFileState[]> {
  const { folder, manifest } = bundledModel();
  return Promise.all(
    manifest.files.map(async ({ name, bytes, sha256 }) => {
      const path = join(folder, name);
      const found = await bytesOf(path);
      const state = found === undefined ? 'missing' : found === bytes ? 'there' : 'changed';
      return { model: bundledName, path, bytes: found, sha256, state };
    }),
  );
}

/**
 * The bundled files and those of every installed model, without reading their bytes.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND: the package lies here without its models; ERR_READ
 */
export const modelFileStates = answering('modelFileStates', async (options: { home: string }): Promise<ModelFileState[]> => {
  const states = await bundledFiles();
  for (const { name, alias, files, complete } of await listModels(options)) {
    for (const { path, bytes } of files) {
      const sha256 = (await readRecord(path))?.sha256;
      states.push({ model: name, path, bytes, sha256, state: sha256 === undefined ? 'unknown' : 'there' });
    }
    if (complete || !alias) continue;
    for (const { file } of (await aliasFiles(alias, options.home)).missing)
      states.push({ model: name, path: basename(file), bytes: undefined, sha256: undefined, state: 'missing' });
  }
  return states;
});

/**
 * Reads a file whose hash is recorded and compares it; others stay as they are.
 *
 * @throws the signal's reason
 */
export async function checkModelFile(file: ModelFileState, signal?: AbortSignal): Promise<ModelFileState> {
  if (file.state !== 'there') return file;
  try {
    return { ...file, state: (await hashFile(file.path, signal)) === file.sha256 ? 'right' : 'changed' };
  } catch (error) {
    signal?.throwIfAborted();
    if (!isArtistError(error)) throw error;
    return { ...file, state: 'unreadable' };
  }
}
