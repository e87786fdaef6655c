import { formatError, type ModelFile } from './formats/model-file.ts';
import type { ModelHeader } from './formats/tensor-list.ts';

const zipMagic = Buffer.from('PK\x03\x04', 'latin1');
const zipEndMagic = Buffer.from('PK\x05\x06', 'latin1');
/** Pickle protocol 2, LONG1 of 10 bytes: torch's magic number (torch/serialization.py, before 1.6). */
const legacyMagic = Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex');
/** End record of a zip: 22 bytes, then a comment of at most 65,535. */
const zipTailBytes = 22 + 65_535;

export const looksLikeZip = (start: Buffer): boolean => start.subarray(0, 4).equals(zipMagic);
export const looksLikeLegacyTorch = (start: Buffer): boolean => start.subarray(0, legacyMagic.length).equals(legacyMagic);

/**
 * A torch checkpoint (.ckpt, .pth, .pt): a zip with a pickled index. Only the container is checked here; the engine has its own
 * pickle reader that executes nothing. The tensor list stays empty.
 *
 * @throws ArtistError ERR_MODEL_FORMAT for a truncated zip or one without data.pkl
 */
export async function readTorchZip(file: ModelFile): Promise<ModelHeader> {
  const tailStart = Math.max(0, file.size - zipTailBytes);
  const tail = await file.read(tailStart, file.size - tailStart);
  const end = tail.lastIndexOf(zipEndMagic);
  if (end < 0) throw formatError(file.path, 'a zip (torch checkpoint) without its end record: the file is truncated, download it again');
  const directory = await file.read(...directoryRange(file, tail, end));
  if (!/(?:^|[/\\\x00-\x1f])data\.pkl/.test(directory.toString('latin1')))
    throw formatError(file.path, 'a zip that holds no torch checkpoint (no data.pkl inside). Unpack it and pass the model file in it');
  return { path: file.path, format: 'torch-zip', bytes: file.size, tensors: [], metadata: {}, dataOffset: 0 };
}

function directoryRange(file: ModelFile, tail: Buffer, end: number): [offset: number, length: number] {
  if (end + 22 > tail.length) throw formatError(file.path, 'a zip (torch checkpoint) with a cut end record: download it again');
  const length = tail.readUInt32LE(end + 12);
  const offset = tail.readUInt32LE(end + 16);
  // zip64 puts 0xffffffff here: the directory is then before the end records, in practice within the tail.
  if (offset === 0xffff_ffff || length === 0xffff_ffff) return [file.size - tail.length, end];
  if (offset + length > file.size)
    throw formatError(file.path, `a zip whose directory lies outside the file (byte ${offset} + ${length} of ${file.size})`);
  return [offset, Math.min(length, 16 * 1024 * 1024)];
}

export function readLegacyTorch(file: ModelFile): ModelHeader {
  return { path: file.path, format: 'torch-legacy', bytes: file.size, tensors: [], metadata: {}, dataOffset: 0 };
}
