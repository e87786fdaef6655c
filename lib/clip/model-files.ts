/** Finds the files of a CLIP model and checks their headers before the engine sees them. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { ArtistError, isFolder, readPlainFile } from '../core/index.ts';
import { bundledModel, describeIdentity, identify, type ModelHeader, readModelHeader } from '../models/index.ts';
import type { ImageNetwork } from './description/description.ts';

export interface ClipFiles {
  /** "ai-artist-mini", or the name of the file or folder. */
  name: string;
  /** Absolute paths of the files with weights. */
  files: string[];
  headers: ModelHeader[];
  /** Kind of the image tower; undefined if only the engine reads the names of the tensors. */
  network: ImageNetwork | undefined;
  /** Possible paths of its configuration, most likely first; none must exist. */
  configs: string[];
  /** Path of preprocessor_config.json, which may not exist. */
  preprocessor: string;
}

const indexSuffix = '.safetensors.index.json';
const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string().regex(/^[\w.-]+\.safetensors$/)) });

/** The file with the weights in a folder. */
async function fileInFolder(folder: string): Promise<string> {
  const names = await readdir(folder);
  const preferred = ['model.safetensors', `model${indexSuffix}`, 'open_clip_model.safetensors'].find((name) => names.includes(name));
  if (preferred) return join(folder, preferred);
  const files = names.filter((name) => /\.(?:safetensors|gguf)$/.test(name)).sort();
  const [only] = files;
  if (only !== undefined && files.length === 1) return join(folder, only);
  throw new ArtistError(
    files.length === 0 ? 'ERR_MODEL_NOT_FOUND' : 'ERR_INVALID_ARGUMENT',
    `${folder}: expected a folder with model.safetensors, got ${files.length === 0 ? 'no .safetensors or .gguf file' : files.slice(0, 3).join(', ')}. ${
      files.length === 0 ? 'Download the model again' : 'Pass one of these files'
    }`,
  );
}

/** The files that an index lists, in the folder of the index. */
async function shardsOf(index: string): Promise<string[]> {
  const text = await readPlainFile(index, 'utf8').catch((cause: unknown) => {
    throw new ArtistError('ERR_MODEL_NOT_FOUND', `${index}: cannot be read. Check the path`, { cause });
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new ArtistError('ERR_MODEL_FORMAT', `${index}: expected JSON. Download it again`, { cause });
  }
  const parsed = indexSchema.safeParse(raw);
  const shards = parsed.success ? [...new Set(Object.values(parsed.data.weight_map))].sort() : [];
  if (shards.length === 0) throw new ArtistError('ERR_MODEL_FORMAT', `${index}: expected an index of safetensors files (weight_map)`);
  return shards.map((shard) => join(dirname(index), shard));
}

/** The tensors that every tower has, as Hugging Face, OpenCLIP and clip.cpp call them; native/clip/names.cpp knows the others. */
const landmarks = [
  { text: 'text_model.embeddings.token_embedding.weight', image: 'vision_model.embeddings.patch_embedding.weight' },
  { text: 'token_embedding.weight', image: 'visual.conv1.weight' },
  { text: 't.token_embd.weight', image: 'v.patch_embd.weight' },
] as const;
const [huggingFace, openClip] = landmarks;

/** OpenAI's residual networks have the text tower's names of any of them, and this tensor. */
const residual = 'visual.layer1.0.conv1.weight';

const holds = (names: readonly string[], tensor: string): boolean => names.some((name) => name === tensor || name.endsWith(`.${tensor}`));

const namesOf = (headers: readonly ModelHeader[]): string[] => headers.flatMap((header) => header.tensors.map((tensor) => tensor.name));

function networkOf(headers: readonly ModelHeader[]): ImageNetwork | undefined {
  const names = namesOf(headers);
  if (names.length === 0) return undefined; // a torch checkpoint
  return holds(names, residual) ? 'resnet' : 'vit';
}

/** Rejects a file of another kind, naming its kind, before the engine reads gigabytes of it. */
function checkKind(path: string, headers: readonly ModelHeader[]): void {
  const names = namesOf(headers);
  if (names.length === 0) return; // a torch checkpoint, whose index only the engine reads
  const layout = landmarks.find(({ image }) => holds(names, image)) ?? landmarks.find(({ text }) => holds(names, text)) ?? huggingFace;
  const [text, image] = [holds(names, layout.text), holds(names, layout.image)];
  if (text && image) return;
  if (names.some((name) => /(?:^|\.)visual\.trunk\./.test(name)))
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${path}: expected a CLIP whose image tower is OpenCLIP's own, got one of timm (visual.trunk.…)`,
    );
  const [first] = headers;
  const identity = first ? identify(first) : { kind: 'unknown' as const, family: undefined };
  // A diffusion checkpoint has a text tower too, so the kind of the whole file decides.
  if (identity.kind !== 'unknown' && !identity.kind.startsWith('clip'))
    throw new ArtistError(
      'ERR_MODEL_FORMAT',
      `${path}: expected a CLIP model with text and image towers, got ${/^[aeiou]/i.test(describeIdentity(identity)) ? 'an' : 'a'} ${describeIdentity(identity)}`,
    );
  throw new ArtistError(
    'ERR_MODEL_FORMAT',
    `${path}: expected a CLIP model with text and image towers, got no ${text ? 'image' : image ? 'text' : 'CLIP'} tower (tensor ${
      text ? layout.image : layout.text
    } is missing)`,
  );
}

/** @param folder with a manifest.json; undefined: the package's own */
async function bundledClip(folder: string | undefined): Promise<ClipFiles> {
  const { name, model, clip, clipConfig } = bundledModel(folder);
  // Its text tower is that of the diffusion model and is stored once, in that model's file.
  const files = [clip, model];
  const headers = await Promise.all(files.map((file) => readModelHeader(file)));
  return {
    name,
    files,
    headers,
    network: networkOf(headers),
    configs: [clipConfig],
    preprocessor: join(dirname(clipConfig), 'preprocessor_config.json'),
  };
}

/**
 * @param model undefined: the bundled one; also a folder like models/, with its manifest.json
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_MODEL_NOT_FOUND, ERR_MODEL_FORMAT, ERR_READ, ERR_UNSUPPORTED
 */
export async function findClipFiles(model: string | undefined): Promise<ClipFiles> {
  if (model === undefined) return bundledClip(undefined);
  const given = resolve(model);
  const inFolder = await isFolder(given);
  if (inFolder && existsSync(join(given, 'manifest.json'))) return bundledClip(given);
  const file = inFolder ? await fileInFolder(given) : given;
  const files = file.endsWith(indexSuffix) ? await shardsOf(file) : [file];
  const headers: ModelHeader[] = [];
  for (const path of files) headers.push(await readModelHeader(path));
  checkKind(given, headers);
  const folder = dirname(file);
  const isOpenClip = holds(namesOf(headers), openClip.image);
  return {
    name: basename(given),
    files,
    headers,
    network: networkOf(headers),
    configs: (isOpenClip ? ['open_clip_config.json', 'config.json'] : ['config.json', 'open_clip_config.json']).map((one) =>
      join(folder, one),
    ),
    preprocessor: join(folder, 'preprocessor_config.json'),
  };
}
