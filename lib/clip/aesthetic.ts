import { basename, resolve } from 'node:path';
import * as z from 'zod';
import { ArtistError, resolveOptions } from '../core/index.ts';
import type { Embedding } from './similarity.ts';
import { readSmallTensors, type SmallTensor } from './small-tensors.ts';

/** One linear function of an embedding. LAION's heads give about 1 to 10; pictures by models like SD have 4.5 to 6.5. */
export class AestheticHead {
  /** File name. */
  readonly name: string;
  /** Length of the embeddings it was trained on: 768 for ViT-L/14, 512 for ViT-B/32 and B/16. */
  readonly dimensions: number;
  readonly weights: Float64Array;
  readonly bias: number;

  constructor(name: string, weights: Float64Array, bias: number) {
    this.name = name;
    this.dimensions = weights.length;
    this.weights = weights;
    this.bias = bias;
  }

  /**
   * @param embedding embedding of a picture by the CLIP model of the head. Those of another model are meaningless, even with the same
   *   length.
   * @throws ArtistError ERR_INVALID_ARGUMENT
   */
  score(embedding: Embedding): number {
    if (!(embedding instanceof Float32Array) || embedding.length !== this.dimensions) {
      const got = embedding instanceof Float32Array ? `${embedding.length}` : typeof embedding;
      throw new ArtistError(
        'ERR_INVALID_ARGUMENT',
        `embedding: expected ${this.dimensions} values, as ${this.name} was trained on, got ${got}. Load the CLIP model that belongs to it`,
      );
    }
    return embedding.reduce((sum, value, at) => sum + value * (this.weights[at] ?? 0), this.bias);
  }
}

/** The linear layers of LAION's "linearMSE" network; the numbers between are dropout layers. Networks with ReLU have other numbers. */
const linearLayers = ['0', '2', '4', '6', '7'];

function formatError(path: string, problem: string): ArtistError {
  return new ArtistError('ERR_MODEL_FORMAT', `${path}: ${problem}`);
}

/** Names before ".weight", in the order of the layers; a single layer may have any name. */
function layerNames(path: string, tensors: ReadonlyMap<string, SmallTensor>): string[] {
  const names = [...tensors.keys()]
    .filter((name) => name === 'weight' || name.endsWith('.weight'))
    .map((name) => name.slice(0, -'weight'.length));
  if (names.length === 1) return names;
  const numbers = names.map((name) => /^(.*\.)?(\d+)\.$/.exec(name)?.[2] ?? '?');
  const sorted = [...numbers].sort((a, b) => Number(a) - Number(b));
  if (sorted.join() !== linearLayers.join())
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${path}: expected one linear layer, or LAION's layers ${linearLayers.join(', ')}, got ${
        names.length === 0 ? 'none' : names.map((name) => name || 'weight').join(', ')
      }. A network with activations between its layers is no linear head`,
    );
  return sorted.map((number) => names[numbers.indexOf(number)] ?? '');
}

/**
 * The product of the layers: without activations between them, they are one linear function.
 * (W, b) starts as the last layer and is multiplied from the right: W <- W * W_k, b <- b + W * b_k.
 */
function fold(path: string, tensors: ReadonlyMap<string, SmallTensor>): { weights: Float64Array; bias: number } {
  let weights = Float64Array.of(1);
  let bias = 0;
  for (const name of layerNames(path, tensors).reverse()) {
    const layer = tensors.get(`${name}weight`);
    const [rows = 0, columns = 0] = layer?.shape ?? [];
    const added = tensors.get(`${name}bias`);
    if (layer?.shape.length !== 2 || rows !== weights.length || columns < 1)
      throw formatError(path, `tensor ${name}weight: expected a matrix of ${weights.length} rows, got ${layer?.shape.join('x') ?? 'none'}`);
    if (added && added.values.length !== rows)
      throw formatError(path, `tensor ${name}bias: expected ${rows} values, got ${added.values.length}`);
    const product = new Float64Array(columns);
    for (let row = 0; row < rows; row++) {
      const factor = weights[row] ?? 0;
      bias += factor * (added?.values[row] ?? 0);
      for (let column = 0; column < columns; column++)
        product[column] = (product[column] ?? 0) + factor * (layer.values[row * columns + column] ?? 0);
    }
    weights = product;
  }
  if (!Number.isFinite(bias) || !weights.every(Number.isFinite)) throw formatError(path, 'it holds NaN or infinite values');
  return { weights, bias };
}

/**
 * Loads a linear aesthetic head: LAION's v2 (sac+logos+ava1-l14-linearMSE.pth, for OpenAI's ViT-L/14), v1 (sa_0_4_vit_l_14_linear.pth,
 * …_b_32_…, …_b_16_…), or any single linear layer in a .pth or .safetensors file. A .pth is read without executing what it holds.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT, ERR_MODEL_NOT_FOUND, ERR_READ; ERR_MODEL_FORMAT: damaged, of wrong shapes, or a pickle that
 *   holds anything but tensors; ERR_UNSUPPORTED: a network that is not linear, a file of a torch before 1.6
 */
export async function loadAestheticHead(path: string): Promise<AestheticHead> {
  const file = resolve(resolveOptions('loadAestheticHead', z.string().min(1), path));
  const { weights, bias } = fold(file, await readSmallTensors(file));
  return new AestheticHead(basename(file), weights, bias);
}
