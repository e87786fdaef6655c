/** Checks model files before the engine opens them: the header, the kind of file, the hash. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArtistError } from '../../core/index.ts';
import {
  bundledModel,
  describeIdentity,
  hashTensors,
  identify,
  type ModelHeader,
  type ModelKind,
  readModelHeader,
} from '../../models/index.ts';

export interface WeightsFile {
  name: string;
  hash?: string;
}

/** File roles of loadModel() and the kinds of file that fit. Files of unknown kind are left to the engine. */
const fitting = {
  model: ['checkpoint', 'diffusion'],
  diffusionModel: ['diffusion', 'checkpoint'],
  uncondDiffusionModel: ['diffusion', 'checkpoint'],
  clipL: ['clip-l', 'clip'],
  clipG: ['clip-g', 'clip'],
  clipVision: ['clip-vision', 'clip'],
  t5xxl: ['t5'],
  llm: ['llm'],
  llmVision: ['llm', 'clip-vision', 'clip'],
  vae: ['vae'],
  tae: ['tae'],
  controlNet: ['controlnet'],
  // The file holds an identity encoder and LoRA tensors, so it is recognised as either.
  photoMaker: ['lora', 'clip', 'clip-vision'],
} as const satisfies Record<string, readonly ModelKind[]>;
export type FileRole = keyof typeof fitting;
export const fileRoles = Object.keys(fitting) as FileRole[];

/** Where a file of each kind belongs, for the error about a file in the wrong place. */
const advice: Partial<Record<ModelKind, string>> = {
  lora: 'Pass it to generate(): loras: [{ path }]',
  upscaler: 'Pass it to upscale(), or as hires: { upscaler: "Model", model }',
  controlnet: 'Pass it as controlNet, beside a model',
  vae: 'Pass it as vae, beside a model',
  tae: 'Pass it as tae, beside a model',
  t5: 'Pass it as t5xxl, beside a diffusionModel',
  llm: 'Pass it as llm, beside a diffusionModel',
  'clip-l': 'Pass it as clipL, beside a diffusionModel',
  'clip-g': 'Pass it as clipG, beside a diffusionModel',
  embedding: 'Pass it as embeddings: { word: path }, beside a model',
  checkpoint: 'Pass it to loadModel() as model',
  diffusion: 'Pass it to loadModel() as diffusionModel',
};

function wrongKind(role: string, expected: string, path: string, header: ModelHeader): ArtistError {
  const identity = identify(header);
  const hint = advice[identity.kind];
  return new ArtistError(
    'ERR_MODEL_FORMAT',
    `${role}: expected ${expected}, got ${/^[aeiou]/i.test(describeIdentity(identity)) ? 'an' : 'a'} ${describeIdentity(identity)}: ${path}.${hint ? ` ${hint}` : ''}`,
  );
}

const expectations: Record<FileRole, string> = {
  model: 'a checkpoint',
  diffusionModel: 'a diffusion model',
  uncondDiffusionModel: 'a diffusion model',
  clipL: 'a CLIP-L text encoder',
  clipG: 'a CLIP-G text encoder',
  clipVision: 'a CLIP vision tower',
  t5xxl: 'a T5 text encoder',
  llm: 'a language model',
  llmVision: 'the vision part of a language model',
  vae: 'a VAE',
  tae: 'a tiny autoencoder',
  controlNet: 'a ControlNet',
  photoMaker: 'PhotoMaker weights',
};

/**
 * Reads the header of a file and checks that it fits `role`. `known` is the header if it was already read.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND when the file does not exist; ERR_READ when it cannot be read; ERR_UNSUPPORTED when its format is
 *   not supported; ERR_MODEL_FORMAT when it is damaged or of another kind, which the message names
 */
export async function checkFile(role: FileRole, path: string, known?: ModelHeader): Promise<ModelHeader> {
  const header = known ?? (await readModelHeader(path));
  const { kind } = identify(header);
  if (kind !== 'unknown' && !(fitting[role] as readonly ModelKind[]).includes(kind))
    throw wrongKind(role, expectations[role], path, header);
  return header;
}

/** Checks that a file is a textual inversion. Throws the same errors as checkFile(). */
export async function checkEmbedding(word: string, path: string): Promise<void> {
  const header = await readModelHeader(path);
  const { kind } = identify(header);
  if (kind !== 'embedding' && kind !== 'unknown') throw wrongKind(`embeddings.${word}`, 'a textual inversion', path, header);
}

/** Checks that a file is an upscaler network. Throws the same errors as checkFile(). */
export async function checkUpscaler(role: string, path: string): Promise<ModelHeader> {
  const header = await readModelHeader(path);
  const { kind } = identify(header);
  if (kind !== 'upscaler' && kind !== 'unknown') throw wrongKind(role, 'an ESRGAN upscaler', path, header);
  return header;
}

/** Path of the bundled RealESRGAN x4. */
export function bundledUpscaler(): string {
  return bundledModel().upscaler;
}

const hashes = new Map<string, Promise<string>>();

/** Tensor hash of a file, computed once per process for each path, size and modification time. */
async function cachedHash(header: ModelHeader): Promise<string | undefined> {
  if (header.format === 'diffusers') return undefined;
  const { size, mtimeMs } = await stat(header.path);
  const key = `${header.path}\n${size}\n${mtimeMs}`;
  const known = hashes.get(key);
  if (known) return known;
  const hash = hashTensors(header);
  hashes.set(key, hash);
  hash.catch(() => hashes.delete(key));
  return hash;
}

/** Name and hash of a file for the recipe. `name` replaces the file's own name, for bundled models and aliases. */
export async function weightsFile(header: ModelHeader, name = basename(header.path)): Promise<WeightsFile> {
  const hash = await cachedHash(header);
  return hash === undefined ? { name } : { name, hash };
}

/** Waits for `promise`. If `signal` aborts first, it rejects with the signal's reason and ignores the outcome of `promise`. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  promise.catch(() => undefined);
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
