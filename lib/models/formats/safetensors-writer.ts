import { createHash } from 'node:crypto';
import { ArtistError } from '../../core/index.ts';
import { encodeFloats, type FloatTensor, type FloatType } from './float-tensors.ts';
import { checkTensorName, countElements } from './tensor-list.ts';

export interface EncodedSafetensors {
  /** The whole file. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the tensor data, hex: the same as hashTensors() of the file, and as sshs_model_hash of other programs. */
  readonly tensorHash: string;
}

/** Size of the length field before the header. */
const lengthBytes = 8;

/**
 * A safetensors file (github.com/huggingface/safetensors): tensors in the order of their names, header padded to 8 bytes, so that equal
 * content gives equal bytes. `metadata` may be a function of the tensors' hash, to store it inside.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: shape and data do not fit, or a repeated name; ERR_MODEL_FORMAT: a name that is too long
 */
export function encodeSafetensors(
  tensors: readonly FloatTensor[],
  type: FloatType,
  metadata: Readonly<Record<string, string>> | ((tensorHash: string) => Readonly<Record<string, string>>) = {},
): EncodedSafetensors {
  const sorted = [...tensors].sort((a, b) => (a.name < b.name ? -1 : 1));
  const entries: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { name, shape, data } of sorted) {
    checkTensorName('safetensors', name);
    if (name === '__metadata__' || Object.hasOwn(entries, name))
      throw new ArtistError('ERR_INVALID_ARGUMENT', `tensors: expected names that differ, got ${JSON.stringify(name)} twice`);
    const elements = countElements(shape);
    if (elements !== data.length)
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `${name}: expected ${elements ?? 'a countable number of'} values for the shape [${shape.join(', ')}], got ${data.length}`,
      );
    const bytes = encodeFloats(data, type);
    entries[name] = { dtype: type, shape, data_offsets: [offset, offset + bytes.length] };
    parts.push(bytes);
    offset += bytes.length;
  }
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const tensorHash = hash.digest('hex');
  const texts = typeof metadata === 'function' ? metadata(tensorHash) : metadata;
  const json = Buffer.from(JSON.stringify(Object.keys(texts).length > 0 ? { __metadata__: texts, ...entries } : entries), 'utf8');
  const header = Buffer.alloc(Math.ceil(json.length / 8) * 8, ' ');
  json.copy(header);
  const length = Buffer.alloc(lengthBytes);
  length.writeBigUInt64LE(BigInt(header.length));
  return { bytes: Buffer.concat([length, header, ...parts]), tensorHash };
}
