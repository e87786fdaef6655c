import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ArtistError, answering, packageRoot } from '../core/index.ts';
import type { ModelDefaults, ModelLicence } from './aliases.ts';
import { hashFile } from './formats/tensor-hash.ts';

export const bundledName = 'ai-artist-mini';

/** models/manifest.json, written by scripts/bundle-model.mjs. */
const manifestSchema = z.strictObject({
  schema: z.literal(1),
  model: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^[\w.-]+$/),
      role: z.enum(['diffusion', 'tae', 'clip', 'clip-config', 'upscaler', 'prompt-vocabulary', 'prompt-wordings']),
      bytes: z.int().positive(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      tensorHash: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
      licence: z.string(),
    }),
  ),
});
export type BundledManifest = z.output<typeof manifestSchema>;

export interface BundledModel {
  readonly name: typeof bundledName;
  /** Folder of the files. */
  readonly folder: string;
  /** UNet and text encoder. */
  readonly model: string;
  /** Tiny autoencoder: this model has no other. */
  readonly tae: string;
  readonly clip: string;
  readonly clipConfig: string;
  /** RealESRGAN x4plus anime 6B. */
  readonly upscaler: string;
  /** The words the model knows: styles, backgrounds, concepts. */
  readonly vocabulary: string;
  /** Words the model has never read, and what to say in their place. */
  readonly wordings: string;
  readonly defaults: ModelDefaults;
  /**
   * Type in which its matrices are computed. They are Q8_0 in the file; with that type the engine would also round the other factor to 8
   * bits, and pictures would differ from PyTorch's (same weights and noise) by 31 dB at worst instead of 55. It costs 4 % of the time and 5
   * MB of memory.
   */
  readonly weightType: 'f16';
  readonly upscaleFactor: 4;
  readonly licence: ModelLicence;
  readonly manifest: BundledManifest;
}

/** 128 x 128, 20 steps, cfg 5: as models/MODEL.md recommends and as the weights were measured. */
const defaults: ModelDefaults = { width: 128, height: 128, steps: 20, cfgScale: 5, sampler: 'euler', scheduler: 'discrete' };

/**
 * Paths and defaults of the model that ships with the package.
 *
 * @param folder another folder of the same form, e.g. one that training/ wrote
 * @throws ArtistError ERR_MODEL_NOT_FOUND: the package was installed without its models/ folder
 */
export function bundledModel(folder: string = join(packageRoot(), 'models')): BundledModel {
  const manifest = readManifest(folder);
  const file = (role: BundledManifest['files'][number]['role']): string => {
    const entry = manifest.files.find((candidate) => candidate.role === role);
    if (!entry) throw incomplete(join(folder, 'manifest.json'), `lists no file for ${role}`);
    return join(folder, entry.name);
  };
  return {
    name: bundledName,
    folder,
    model: file('diffusion'),
    tae: file('tae'),
    clip: file('clip'),
    clipConfig: file('clip-config'),
    upscaler: file('upscaler'),
    vocabulary: file('prompt-vocabulary'),
    wordings: file('prompt-wordings'),
    defaults,
    weightType: 'f16',
    upscaleFactor: 4,
    licence: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html', commercial: 'yes' },
    manifest,
  };
}

function incomplete(path: string, problem: string, cause?: unknown): ArtistError {
  return new ArtistError(
    'ERR_MODEL_NOT_FOUND',
    `${path}: ${problem}. The bundled model is missing: install the package again, or pass another model`,
    { cause },
  );
}

let cached: { folder: string; manifest: BundledManifest } | undefined;

function readManifest(folder: string): BundledManifest {
  if (cached?.folder === folder) return cached.manifest;
  const path = join(folder, 'manifest.json');
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw incomplete(path, 'cannot be read', error);
  }
  const result = manifestSchema.safeParse(raw);
  if (!result.success) throw incomplete(path, 'is not a manifest of this version', result.error);
  cached = { folder, manifest: result.data };
  return result.data;
}

/**
 * Compares every bundled file with the size and SHA-256 in the manifest. Reads 35 MB at most.
 *
 * @throws ArtistError ERR_CHECKSUM naming the first file that differs, ERR_MODEL_NOT_FOUND
 */
export const verifyBundledModel = answering(
  'verifyBundledModel',
  async (signal?: AbortSignal): Promise<{ files: number; bytes: number }> => {
    const { folder, manifest } = bundledModel();
    let bytes = 0;
    for (const file of manifest.files) {
      const path = join(folder, file.name);
      const hash = await hashFile(path, signal);
      if (hash !== file.sha256)
        throw new ArtistError('ERR_CHECKSUM', `${path}: expected SHA-256 ${file.sha256}, got ${hash}. Install the package again`);
      bytes += file.bytes;
    }
    return { files: manifest.files.length, bytes };
  },
);
