/**
 * Checkpoints of every family in their original layout, with random weights and a thousandth of the size. Names and shapes of tensors are
 * as PyTorch writes them, [out, in, …]. bench/train/loads.py opens the same files with diffusers and transformers.
 */
import { writeFile } from 'node:fs/promises';
import { autoencoder } from '../../lib/bench/weights/layouts/autoencoders.ts';
import { type Layout, Tensors } from '../../lib/bench/weights/layouts/layout.ts';
import { clip, clipVocabulary, openClip } from '../../lib/bench/weights/layouts/text-encoders.ts';
import { flux, mmdit, zImage } from '../../lib/bench/weights/layouts/transformers.ts';
import { unet } from '../../lib/bench/weights/layouts/unet.ts';
import { safetensors } from '../engine/support.ts';

export const tinyFamilies = ['sd1', 'sd2', 'sdxl', 'sd3', 'flux', 'z-image'] as const;
export type TinyFamily = (typeof tinyFamilies)[number];

const latentChannels = { sd1: 4, sd2: 4, sdxl: 4, sd3: 16, flux: 16, 'z-image': 16 } as const;

/** Of the token tables: a table maps CLIP's ids to these few. */
const rows = 300;
const tokenIndex = 'transformer.text_model.embeddings.token_index.weight';
const clipL = { width: 64, layers: 2, rows, inner: 128 };

/** Names and shapes of a family's checkpoint: network, text encoders and autoencoder, as far as the engine accepts them in small sizes. */
export function tinyLayout(family: TinyFamily): Layout {
  const t = new Tensors();
  const network = 'model.diffusion_model.';
  if (family === 'sd1') {
    t.add(network, unet({ channels: 32, multiples: [1, 2, 4, 4], depths: [1, 1, 1, 0], middle: 1, context: 64, linearProjection: false }));
    t.add('cond_stage_model.transformer.text_model.', clip(clipL));
  } else if (family === 'sd2') {
    t.add(network, unet({ channels: 64, multiples: [1, 2, 4, 4], depths: [1, 1, 1, 0], middle: 1, context: 1024, linearProjection: true }));
    t.add('cond_stage_model.model.', openClip({ width: 1024, layers: 2, rows, inner: 256 }, false));
    t.scale(`cond_stage_model.${tokenIndex}`, clipVocabulary);
  } else if (family === 'sdxl') {
    const sizes = { channels: 32, multiples: [1, 2, 4], depths: [0, 2, 10], middle: 10, context: 64 + 1280, linearProjection: true };
    t.add(network, unet({ ...sizes, vector: 2816 }));
    t.add('conditioner.embedders.0.transformer.text_model.', clip(clipL));
    t.add('conditioner.embedders.1.model.', openClip({ width: 1280, layers: 2, rows, inner: 256 }, true));
    t.scale(`conditioner.embedders.1.${tokenIndex}`, clipVocabulary);
  } else if (family === 'sd3') {
    t.add(network, mmdit({ width: 96, context: 4096, vector: 2048, places: 256 }));
    t.add('text_encoders.clip_l.transformer.text_model.', clip({ width: 768, layers: 1, rows, inner: 256 }));
  } else if (family === 'flux') {
    t.add(network, flux({ width: 256, context: 4096, double: 2, single: 2, guidance: true }));
    t.add('text_encoders.clip_l.transformer.text_model.', clip({ width: 768, layers: 1, rows, inner: 256 }));
  } else t.add(network, zImage({ width: 384, context: 64, layers: 2, refiners: 1 }));
  t.add(family === 'sd1' || family === 'sd2' || family === 'sdxl' ? 'first_stage_model.' : 'vae.', autoencoder(latentChannels[family], 32));
  return t.layout;
}

/** Uniform numbers in -1..1, determined by their index, times `size` plus `offset`. A loop: there are tens of millions of them. */
function noise(seed: number, { count, size, offset }: { count: number; size: number; offset: number }): Float32Array {
  const values = new Float32Array(count);
  let state = (Math.imul(seed, 2_654_435_761) + 1) >>> 0;
  for (let at = 0; at < count; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[at] = size * Math.fround((state >>> 8) / 2 ** 23 - 1) + offset;
  }
  return values;
}

function weights(name: string, shape: readonly number[], seed: number): Float32Array | Int32Array {
  const count = shape.reduce((product, edge) => product * edge, 1);
  if (name.endsWith('token_index.weight')) return Int32Array.from({ length: count }, (_, id) => id % rows);
  const isScale = shape.length === 1 && /(weight|scale)$/.test(name);
  const size = shape.length === 1 ? 0.05 : Math.sqrt(3 / shape.slice(1).reduce((product, edge) => product * edge, 1));
  return noise(seed, { count, size, offset: isScale ? 1 : 0 });
}

/** Writes the checkpoint of a family. */
export async function writeTinyModel(path: string, family: TinyFamily): Promise<void> {
  const tensors = Object.entries(tinyLayout(family)).map(
    ([name, shape], seed) => [name, { shape, values: weights(name, shape, seed + 1) }] as const,
  );
  await writeFile(path, safetensors(Object.fromEntries(tensors)));
}
