/** How much there is to compute for a picture: what a machine's speed is divided by. */
import type { ModelAlias } from '../models/index.ts';

/** Types of weights whose products the speed of a machine has; k-quants count as the type of equal width. */
export const weightTypes = ['f32', 'f16', 'bf16', 'q8_0', 'q4_0'] as const;
export type WeightType = (typeof weightTypes)[number];

interface Work {
  /** Operations, 10^12, of one pass of the network over a picture of the model's own size. */
  readonly pass: number;
  /** Of all else: the texts, and most of it decoding the picture. */
  readonly rest: number;
  /** Of the network's weights. */
  readonly type: WeightType;
}

/**
 * UNets: counted by the engine with random weights of true size; SD-Turbo has the layers of SD 1.5 but for its texts. Transformers: of the matrices of their
 * blocks and of attention, over the places of the picture and of the text; for those in the suite of `bench` this agrees with what the engine counts.
 */
const works: Readonly<Record<string, Work>> = {
  sd15: { pass: 0.803, rest: 2.53, type: 'f32' },
  'sd-turbo': { pass: 0.803, rest: 2.53, type: 'f32' },
  sdxl: { pass: 6.8, rest: 10.7, type: 'f16' },
  'sdxl-turbo': { pass: 1.5, rest: 2.7, type: 'f16' },
  'flux-schnell': { pass: 69.5, rest: 12.5, type: 'q4_0' },
  'flux-dev': { pass: 69.5, rest: 12.5, type: 'q4_0' },
  'flux2-klein': { pass: 34.8, rest: 14, type: 'bf16' },
  'z-image-turbo': { pass: 55.1, rest: 11, type: 'q8_0' },
  'qwen-image': { pass: 69.1, rest: 12, type: 'q4_0' },
  chroma: { pass: 69.5, rest: 15, type: 'bf16' },
  'sd35-medium': { pass: 10.8, rest: 12.5, type: 'f16' },
  'sd35-large': { pass: 29.6, rest: 12.5, type: 'f16' },
};

export interface PictureWork {
  /** Operations of all passes of the network. */
  network: number;
  /** Operations of all else. */
  rest: number;
  type: WeightType;
}

/** What a picture with the model's defaults takes; undefined: it is not known. */
export function workOf({ name, defaults: { steps, cfgScale } }: Pick<ModelAlias, 'name' | 'defaults'>): PictureWork | undefined {
  const work = works[name];
  // With guidance there is a pass for the prompt and one for the negative prompt.
  const passes = steps * (cfgScale > 1 ? 2 : 1);
  return work && { network: passes * work.pass * 1e12, rest: work.rest * 1e12, type: work.type };
}
