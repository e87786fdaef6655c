import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ArtistError, exists } from '../../core/index.ts';
import { looksLikeLegacyTorch, looksLikeZip, readLegacyTorch, readTorchZip } from '../checkpoint.ts';
import { ggufMagic, readGguf } from './gguf.ts';
import { formatError, type ModelFile, readError, withModelFile } from './model-file.ts';
import { looksLikeSafetensors, readSafetensors } from './safetensors.ts';
import type { ModelHeader, TensorInfo } from './tensor-list.ts';

/** Files of a diffusers folder that the engine reads, with the prefix it puts before their tensor names (model_loader.cpp). */
const diffusersFiles = [
  { file: 'unet/diffusion_pytorch_model.safetensors', prefix: 'unet.' },
  { file: 'vae/diffusion_pytorch_model.safetensors', prefix: 'vae.' },
  { file: 'text_encoder/model.safetensors', prefix: 'te.' },
  { file: 'text_encoder_2/model.safetensors', prefix: 'te.1.' },
] as const;

/**
 * Reads the header of a model file (safetensors, GGUF, torch checkpoint) or of a diffusers folder without loading its data, and
 * checks everything the engine takes on trust: lengths, types, shapes, names, offsets. The kind is recognised by content, not by
 * the file's name.
 *
 * @throws ArtistError ERR_MODEL_NOT_FOUND, ERR_READ, ERR_MODEL_FORMAT (damaged, truncated, empty, not a model),
 *   ERR_UNSUPPORTED (sharded files, diffusers folders of transformer models)
 */
export async function readModelHeader(path: string): Promise<ModelHeader> {
  if (await isDirectory(path)) return readDiffusersFolder(path);
  if (path.endsWith('.index.json')) throw shardedError(path);
  return withModelFile(path, readByMagic);
}

async function readByMagic(file: ModelFile): Promise<ModelHeader> {
  const start = await file.read(0, Math.min(512, file.size));
  if (start.toString('latin1', 0, 4) === ggufMagic) return readGguf(file);
  if (looksLikeZip(start)) return readTorchZip(file);
  if (looksLikeLegacyTorch(start)) return readLegacyTorch(file);
  if (looksLikeSafetensors(start, file.size)) return readSafetensors(file);
  throw formatError(file.path, notAModel(start, file.size));
}

/** Recognises files passed by mistake, for a helpful message. */
function notAModel(start: Buffer, size: number): string {
  const text = start.toString('latin1');
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text))
    return 'is a web page, not a model. The download probably needed a login: use "ai-artist models pull", which explains what to do';
  if (text.startsWith('version https://git-lfs'))
    return 'is a Git LFS pointer, not the model itself. Run "git lfs pull", or download the file directly';
  if (/^\s*[[{]/.test(text)) return 'is a JSON file, not a model file';
  if (/^\x80[\x02-\x05]/.test(text)) return 'is a Python pickle that is no torch checkpoint. Convert it to safetensors';
  if (text.startsWith('ggml') || text.startsWith('lmgg')) return 'is a file of the old GGML format. Convert it to GGUF';
  if (start.readUInt8(0) === 0x08 && /pytorch|onnx/i.test(text))
    return 'is an ONNX file, which the engine does not read. Use the safetensors or GGUF version';
  if (size < 16) return `expected a model file, got ${size} bytes`;
  return `is not a model file (safetensors, GGUF or torch checkpoint): it starts with the bytes ${start.toString('hex', 0, 8)}`;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw readError(path, error);
  }
}

function shardedError(path: string): ArtistError {
  return new ArtistError(
    'ERR_UNSUPPORTED',
    `${path}: a model split over several safetensors files (sharded) cannot be loaded. Pass the single-file version of this model (.safetensors or .gguf), or merge the shards first`,
  );
}

async function readDiffusersFolder(path: string): Promise<ModelHeader> {
  const names = new Set(await readdir(path).catch((error: unknown) => Promise.reject(readError(path, error))));
  if (!names.has('unet')) throw await folderError(path, names);
  const tensors: TensorInfo[] = [];
  let bytes = 0;
  for (const { file, prefix } of diffusersFiles) {
    const part = join(path, file);
    if (!(await exists(part))) {
      if (await exists(`${part}.index.json`)) throw shardedError(`${part}.index.json`);
      if (prefix === 'unet.')
        throw new ArtistError(
          'ERR_UNSUPPORTED',
          `${path}: a diffusers folder without ${file}. Download that file (not the .bin or .fp16 variant under another name)`,
        );
      continue;
    }
    const header = await withModelFile(part, readSafetensors);
    bytes += header.bytes;
    tensors.push(...header.tensors.map((tensor) => ({ ...tensor, name: `${prefix}${tensor.name}` })));
  }
  return { path, format: 'diffusers', bytes, tensors, metadata: {}, dataOffset: 0 };
}

async function folderError(path: string, names: ReadonlySet<string>): Promise<ArtistError> {
  if (names.has('transformer') || names.has('model_index.json'))
    return new ArtistError(
      'ERR_UNSUPPORTED',
      `${path}: a diffusers folder of a transformer model cannot be loaded as a whole. Pass its parts as { diffusion, vae, t5xxl or llm, … }, each as one .safetensors or .gguf file`,
    );
  if ([...names].some((name) => name.endsWith('.safetensors.index.json'))) return shardedError(path);
  const inside = [...names].filter((name) => /\.(?:safetensors|gguf|ckpt|pth|pt)$/.test(name)).sort();
  const advice =
    inside.length > 0
      ? `Pass one of the files in it: ${inside
          .slice(0, 3)
          .map((name) => basename(name))
          .join(', ')}`
      : 'Pass a model file';
  return formatError(path, `is a folder, not a model file. ${advice}`);
}
