/** The judge: a convolutional network trained by judge.py. It is computed here so that the benchmark needs no Python. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { decodeImage, type ImageInput, type RawImage } from '../../lib/image/index.ts';

const edge = 64;
/** Strides of the 3x3 convolutions, as LAYERS in judge.py. */
const strides = [2, 2, 1, 2, 1, 2];

const headerSchema = z.record(
  z.string(),
  z.looseObject({ shape: z.array(z.int()).optional(), data_offsets: z.tuple([z.int(), z.int()]).optional() }),
);
const metadataSchema = z.looseObject({
  concepts: z.string(),
  styles: z.string(),
  heldOutConcept: z.string(),
  heldOutStyle: z.string(),
});

interface Tensor {
  shape: number[];
  data: Float32Array;
}

function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

export interface Verdict {
  /** Scores of the judge's concepts and styles; only their order within a picture is meaningful. */
  concepts: Float32Array;
  styles: Float32Array;
  /** Features before the classifier: 144 non-negative values. */
  features: Float32Array;
}

export class Judge {
  readonly concepts: string[];
  readonly styles: string[];
  /** Its own accuracy on rendered pictures of held-out pairs of style and concept, 0..1. */
  readonly heldOut: { concept: number; style: number };
  readonly #tensors: ReadonlyMap<string, Tensor>;

  private constructor(tensors: ReadonlyMap<string, Tensor>, metadata: z.output<typeof metadataSchema>) {
    this.#tensors = tensors;
    this.concepts = z.array(z.string()).parse(JSON.parse(metadata.concepts));
    this.styles = z.array(z.string()).parse(JSON.parse(metadata.styles));
    this.heldOut = { concept: Number(metadata.heldOutConcept), style: Number(metadata.heldOutStyle) };
  }

  static async load(path: string): Promise<Judge> {
    const bytes = await readFile(path);
    const start = 8 + Number(bytes.readBigUInt64LE(0));
    const { __metadata__: metadata, ...entries } = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, unknown>;
    const tensors = new Map<string, Tensor>();
    for (const [name, { shape = [], data_offsets: [from, to] = [0, 0] }] of Object.entries(headerSchema.parse(entries))) {
      const data = Float32Array.from({ length: (to - from) / 2 }, (_, at) => half(bytes.readUInt16LE(start + from + at * 2)));
      tensors.set(name, { shape, data });
    }
    return new Judge(tensors, metadataSchema.parse(metadata));
  }

  async look(picture: ImageInput): Promise<Verdict> {
    let [planes, size] = [shrink(await decodeImage(picture)), edge];
    for (const [layer, stride] of strides.entries()) {
      planes = convolve(planes, size, stride, this.#tensor(`layers.${layer}.weight`), this.#tensor(`layers.${layer}.bias`).data);
      size /= stride;
    }
    const area = size * size;
    const pooled = Float32Array.from(
      { length: planes.length / area },
      (_, channel) => planes.subarray(channel * area, (channel + 1) * area).reduce((sum, value) => sum + value, 0) / area,
    );
    return { concepts: this.#linear('concept', pooled), styles: this.#linear('style', pooled), features: pooled };
  }

  #tensor(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (!tensor) throw new Error(`judge: tensor ${name} is missing`);
    return tensor;
  }

  #linear(head: string, input: Float32Array): Float32Array {
    const { data } = this.#tensor(`${head}.weight`);
    return this.#tensor(`${head}.bias`).data.map((bias, row) =>
      input.reduce((sum, value, at) => sum + value * (data[row * input.length + at] ?? 0), bias),
    );
  }
}

/** Scales down by area means, to planes with values -1..1. */
function shrink({ data, width, height, channels }: RawImage): Float32Array {
  const [across, down] = [width / edge, height / edge];
  if (!Number.isInteger(across) || !Number.isInteger(down))
    throw new Error(`judge: expected a multiple of ${edge} pixels, got ${width}x${height}`);
  const planes = new Float32Array(3 * edge * edge);
  for (let channel = 0; channel < 3; channel++)
    for (let y = 0; y < edge; y++)
      for (let x = 0; x < edge; x++) {
        let sum = 0;
        for (let row = 0; row < down; row++)
          for (let column = 0; column < across; column++)
            sum += data[((y * down + row) * width + x * across + column) * channels + channel] ?? 0;
        planes[(channel * edge + y) * edge + x] = (sum / (across * down) / 255) * 2 - 1;
      }
  return planes;
}

/** 3x3, padding 1, then ReLU. */
function convolve(input: Float32Array, size: number, stride: number, { shape, data }: Tensor, bias: Float32Array): Float32Array {
  const [outputs = 0, inputs = 0] = shape;
  const out = size / stride;
  const result = new Float32Array(outputs * out * out);
  for (let o = 0; o < outputs; o++) {
    const to = o * out * out;
    result.fill(bias[o] ?? 0, to, to + out * out);
    for (let i = 0; i < inputs; i++)
      for (let ky = 0; ky < 3; ky++)
        for (let kx = 0; kx < 3; kx++) {
          const weight = data[((o * inputs + i) * 3 + ky) * 3 + kx] as number;
          for (let y = 0; y < out; y++) {
            const row = y * stride + ky - 1;
            if (row < 0 || row >= size) continue;
            const from = (i * size + row) * size;
            for (let x = 0; x < out; x++) {
              const column = x * stride + kx - 1;
              if (column < 0 || column >= size) continue;
              const at = to + y * out + x;
              result[at] = (result[at] as number) + weight * (input[from + column] as number);
            }
          }
        }
    for (let at = to; at < to + out * out; at++) if ((result[at] as number) < 0) result[at] = 0;
  }
  return result;
}
