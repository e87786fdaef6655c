import { resolve } from 'node:path';
import * as z from 'zod';
import { abortSignal, resolveOptions } from '../core/index.ts';
import type { ModelFamily } from './family.ts';
import { readModelHeader } from './formats/header.ts';
import { hashTensors } from './formats/tensor-hash.ts';
import type { ModelFormat } from './formats/tensor-list.ts';
import { identify, type ModelKind } from './kind.ts';

export const inspectModelOptions = z.strictObject({
  /** Also compute `tensorHash`: reads the whole file (about 1 s per GB from a fast disk). Default false. */
  hash: z.boolean().default(false),
  signal: abortSignal().optional(),
});
export type InspectModelOptions = z.input<typeof inspectModelOptions>;

export interface ModelInspection {
  readonly path: string;
  readonly format: ModelFormat;
  readonly kind: ModelKind;
  readonly family: ModelFamily | undefined;
  /** Number of tensors; 0 for torch checkpoints, whose index only the engine reads. */
  readonly tensors: number;
  /** Number of weights. */
  readonly parameters: number;
  /** Size on disk. */
  readonly bytes: number;
  /** Weights per stored type, largest first, e.g. { Q8_0: 5210112, F16: 8000 }. */
  readonly dtypes: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
  /** SHA-256 (hex) of the tensor data without the header; only with `hash: true`. */
  readonly tensorHash?: string;
}

/**
 * Describes a model, LoRA, VAE or upscaler file from its header alone, and checks the header.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_MODEL_NOT_FOUND, ERR_READ, ERR_MODEL_FORMAT, ERR_UNSUPPORTED
 */
export async function inspectModel(path: string, options: InspectModelOptions = {}): Promise<ModelInspection> {
  const file = resolveOptions('inspectModel', z.string().min(1), path);
  const { hash, signal } = resolveOptions('inspectModel', inspectModelOptions, options);
  signal?.throwIfAborted();
  const header = await readModelHeader(resolve(file));
  const counts = new Map<string, number>();
  for (const tensor of header.tensors) {
    const values = tensor.shape.reduce((product, size) => product * size, 1);
    counts.set(tensor.dtype, (counts.get(tensor.dtype) ?? 0) + values);
  }
  const { kind, family } = identify(header);
  return {
    path: header.path,
    format: header.format,
    kind,
    family,
    tensors: header.tensors.length,
    parameters: [...counts.values()].reduce((sum, count) => sum + count, 0),
    bytes: header.bytes,
    dtypes: Object.fromEntries([...counts].sort((a, b) => b[1] - a[1])),
    metadata: header.metadata,
    ...(hash ? { tensorHash: await hashTensors(header, signal) } : {}),
  };
}
