import { basename } from 'node:path';
import { canonicalName, type FloatTensor, type FloatType, readFloatTensors, splitLoraName } from '../../models/index.ts';
import { type LoraInfo, readLora } from '../read.ts';
import { factorRole, refuseOtherMethods } from './methods.ts';
import { type Columns, productSvd } from './small-svd.ts';

/** One weight's change, scale * up·down. */
export interface LoraModule {
  /** Identifies the weight in every naming convention. */
  readonly key: string;
  /** Name as in the file. */
  readonly name: string;
  /** Full tensor names; `alpha` only if the file has one. */
  readonly names: { readonly up: string; readonly down: string; readonly alpha?: string };
  readonly rank: number;
  /** alpha / rank; 1 without alpha. */
  readonly scale: number;
  readonly out: number;
  /** Sizes of `down` after its rank: [in], or [in, kh, kw]. */
  readonly downTail: readonly number[];
  /** Sizes of `up` after out and rank: [] or [1, 1]. */
  readonly upTail: readonly number[];
  /** [out, rank], row by row. */
  readonly up: Float32Array;
  /** [rank, in·kh·kw], row by row. */
  readonly down: Float32Array;
}

/** Factors in double precision: columns of `up`, rows of `down`. */
export interface Factors {
  readonly up: Float64Array[];
  readonly down: Float64Array[];
}

export interface LoraContent {
  readonly info: LoraInfo;
  readonly modules: readonly LoraModule[];
  /** The widest type in the file. */
  readonly type: FloatType;
}

/**
 * Reads a LoRA as factors.
 *
 * @throws ArtistError ERR_UNSUPPORTED: changes that are no product of two factors, see refuseOtherMethods(); and every error of
 *   readLora()
 */
export async function readFactors(path: string): Promise<LoraContent> {
  const info = await readLora(path);
  const tensors = await readFloatTensors(path);
  refuseOtherMethods(
    path,
    tensors.map(({ name }) => name),
  );
  const parts = new Map<string, Partial<Record<'up' | 'down' | 'alpha' | 'scale', FloatTensor>>>();
  let type: FloatType = 'BF16';
  for (const { dtype, ...tensor } of tensors) {
    const role = factorRole(tensor.name);
    if (role === undefined) continue; // refused above
    const { target } = splitLoraName(tensor.name);
    const group = parts.get(target) ?? {};
    group[role] = tensor;
    parts.set(target, group);
    if (role === 'up' || role === 'down') type = wider(type, dtype);
  }
  /** From the file's tensors, else its metadata. */
  const alphas = new Map(info.targets.map((target) => [target.name, target.alpha]));
  const modules: LoraModule[] = [];
  for (const [name, { up, down, alpha, scale }] of parts) {
    if (!up || !down) continue; // a lone alpha, which readLora() accepts: it changes nothing
    const rank = down.shape[0] ?? 1;
    const out = up.shape[0] ?? 1;
    const { component, name: original } = canonicalName(name, undefined);
    modules.push({
      key: `${component}:${original}`,
      name,
      names: { up: up.name, down: down.name, ...(alpha ? { alpha: alpha.name } : {}) },
      rank,
      scale: scale?.data[0] ?? (alpha?.data[0] ?? alphas.get(name) ?? rank) / rank,
      out,
      downTail: down.shape.slice(1),
      upTail: up.shape.slice(2),
      up: up.data,
      down: down.data,
    });
  }
  return { info, modules, type };
}

function wider(a: FloatType, dtype: string): FloatType {
  if (a === 'F32' || dtype === 'F32' || dtype === 'F64') return 'F32';
  return a === 'F16' || dtype !== 'BF16' ? 'F16' : 'BF16';
}

/** Tensors of a module with scale 1: alpha, if the file has one, equals the rank. */
export function moduleTensors({ names, out, upTail, downTail }: LoraModule, up: Columns, down: Columns): FloatTensor[] {
  const rank = up.length;
  const inputs = down[0]?.length ?? 0;
  const upData = new Float32Array(out * rank);
  const downData = new Float32Array(rank * inputs);
  for (const [column, values] of up.entries()) for (let row = 0; row < out; row++) upData[row * rank + column] = values[row] as number;
  for (const [row, values] of down.entries()) downData.set(values, row * inputs);
  return [
    { name: names.up, shape: [out, rank, ...upTail], data: upData },
    { name: names.down, shape: [rank, ...downTail], data: downData },
    ...(names.alpha === undefined ? [] : [{ name: names.alpha, shape: [], data: Float32Array.of(rank) }]),
  ];
}

/** Multiplies `factor` into both factors, its sign into `up`: numbers of similar size lose least in half precision. */
export function scaledFactors({ up, down, rank, out }: LoraModule, factor: number): Factors {
  const root = Math.sqrt(Math.abs(factor));
  const signed = factor < 0 ? -root : root;
  const inputs = down.length / rank;
  const columns: Float64Array[] = [];
  const rows: Float64Array[] = [];
  for (let k = 0; k < rank; k++) {
    const column = new Float64Array(out);
    for (let row = 0; row < out; row++) column[row] = (up[row * rank + k] as number) * signed;
    const line = new Float64Array(inputs);
    for (let at = 0; at < inputs; at++) line[at] = (down[k * inputs + at] as number) * root;
    columns.push(column);
    rows.push(line);
  }
  return { up: columns, down: rows };
}

export interface Compression {
  /** Highest rank to keep. */
  readonly rank?: number | undefined;
  /** Keep the smallest rank with this share of the energy (the squares of the singular values), 0..1. */
  readonly energy?: number | undefined;
}

export interface Compressed extends Factors {
  /** Sum of the squared singular values before the cut. */
  readonly energy: number;
  /** Share of the energy kept, 0..1. */
  readonly kept: number;
}

/** The best factors of a lower rank (Eckart and Young 1936). If both `rank` and `energy` are given, both apply. */
export function compress(up: Columns, down: Columns, { rank = up.length, energy = 1 }: Compression): Compressed {
  const most = Math.min(rank, up.length, up[0]?.length ?? 0, down[0]?.length ?? 0);
  let total = 0;
  let kept = 0;
  const { values, left, right } = productSvd(up, down, (all) => {
    for (const value of all) total += value * value;
    let count = 0;
    while (count < most && (count === 0 || energy >= 1 || kept < energy * total)) kept += (all[count++] as number) ** 2;
    return count;
  });
  for (const columns of [left, right])
    for (const [index, column] of columns.entries()) {
      const root = Math.sqrt(values[index] as number);
      for (let at = 0; at < column.length; at++) column[at] = (column[at] as number) * root;
    }
  return { up: [...left], down: [...right], energy: total, kept: total > 0 ? Math.min(1, kept / total) : 1 };
}

export const loraTitle = ({ title, path }: LoraInfo): string => title ?? basename(path).replace(/\.[^.]+$/, '');
