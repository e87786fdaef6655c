/** The model under test: the bundled one, another folder of the same form, or the output of training/. */
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type BundledModel, bundledModel, hashFile } from '../../lib/models/index.ts';

/** Files that replace those of the folder. */
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
  /** Argument for loadClip(); undefined: the bundled CLIP. */
  clip: string | undefined;
  upscaler: string;
  /** Type that the weights are computed in; undefined: their type in the file. */
  weightType: BundledModel['weightType'] | undefined;
  defaults: BundledModel['defaults'];
  /** Size of all files. */
  bytes: number;
  /** Identifies the painter's weights, so that pictures of the same weights are painted only once. */
  weights: string;
}

type Found = Pick<Bundle, 'model' | 'tae' | 'clip' | 'upscaler' | 'weightType' | 'defaults'> & { files: string[] };

function find(folder: string | undefined): Found {
  if (folder !== undefined && !existsSync(join(folder, 'manifest.json'))) return exported(resolve(folder));
  const found = folder === undefined ? bundledModel() : bundledModel(resolve(folder));
  const { model, tae, upscaler, weightType, defaults } = found;
  const files = found.manifest.files.map(({ name }) => join(found.folder, name));
  return { model, tae, upscaler, weightType, defaults, clip: folder === undefined ? undefined : found.folder, files };
}

/**
 * Output of training/export.py, before scripts/bundle-model.mjs. The bundled CLIP is used, because its own CLIP is not yet in that form.
 */
function exported(folder: string): Found {
  const [model, tae, clip, upscaler] = [
    'mini.safetensors',
    'mini-tae.safetensors',
    'mini-clip.safetensors',
    'realesrgan-x4plus-anime-6b.safetensors',
  ].map((name) => join(folder, name)) as [string, string, string, string];
  return {
    model,
    tae,
    upscaler,
    weightType: undefined,
    defaults: bundledModel().defaults,
    clip: undefined,
    files: [model, tae, clip, upscaler],
  };
}

/** @param folder like models/, or written by training/; undefined: models/ of the package */
export async function openBundle(folder: string | undefined, replaced: Replaced = {}): Promise<Bundle> {
  const found = find(folder);
  const [model, tae] = [replaced.model ?? found.model, replaced.tae ?? found.tae];
  const sizes = await Promise.all(found.files.map((file) => stat(file)));
  return {
    name: folder ?? 'models',
    model,
    tae,
    clip: replaced.clip ?? found.clip,
    upscaler: found.upscaler,
    weightType: found.weightType,
    defaults: found.defaults,
    bytes: sizes.reduce((sum, { size }) => sum + size, 0),
    weights: `${await hashFile(model)}${await hashFile(tae)}${found.weightType ?? ''}`,
  };
}

/** Non-empty lines of a file. */
export async function readLines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
