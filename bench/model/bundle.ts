/** The model under test: the bundled one, or another folder of the same form. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type BundledModel, bundledModel, hashFile } from '../../lib/models/index.ts';

/** Files that take the place of the folder's own. */
export interface Replaced {
  model?: string | undefined;
  tae?: string | undefined;
  /** A file or folder that loadClip() reads. */
  clip?: string | undefined;
}

export interface Bundle {
  name: string;
  model: string;
  tae: string;
  /** For loadClip(); undefined: the bundled one. */
  clip: string | undefined;
  upscaler: string;
  defaults: BundledModel['defaults'];
  /** Of all files of its manifest. */
  bytes: number;
  /** Names the painter's weights: pictures of the same weights are painted once. */
  weights: string;
}

/** @param folder undefined: models/ of the package */
export async function openBundle(folder: string | undefined, replaced: Replaced = {}): Promise<Bundle> {
  const found = folder === undefined ? bundledModel() : bundledModel(resolve(folder));
  const [model, tae] = [replaced.model ?? found.model, replaced.tae ?? found.tae];
  const sizes = await Promise.all(found.manifest.files.map(({ name }) => stat(`${found.folder}/${name}`)));
  return {
    name: folder ?? 'models',
    model,
    tae,
    clip: replaced.clip ?? (folder === undefined ? undefined : found.folder),
    upscaler: found.upscaler,
    defaults: found.defaults,
    bytes: sizes.reduce((sum, { size }) => sum + size, 0),
    weights: `${await hashFile(model)}${await hashFile(tae)}`,
  };
}

/** Lines of a file, without empty ones. */
export async function readLines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
