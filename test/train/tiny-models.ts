/**
 * Checkpoints of every family in their original layout, with random weights and a thousandth of the size. Names and shapes of tensors are
 * as PyTorch writes them, [out, in, …]. bench/train/loads.py opens the same files with diffusers and transformers.
 */
import { writeFile } from 'node:fs/promises';
import { safetensors } from '../engine/support.ts';

export type Layout = Record<string, number[]>;

export const tinyFamilies = ['sd1', 'sd2', 'sdxl', 'sd3', 'flux', 'z-image'] as const;
export type TinyFamily = (typeof tinyFamilies)[number];

/** CLIP's vocabulary size. A small table maps its ids to the few rows of a tiny token table. */
const vocabulary = 49_408;
const latentChannels = { sd1: 4, sd2: 4, sdxl: 4, sd3: 16, flux: 16, 'z-image': 16 } as const;

class Tensors {
  readonly layout: Layout = {};

  linear(name: string, to: number, from: number, bias = true): void {
    this.layout[`${name}.weight`] = [to, from];
    if (bias) this.layout[`${name}.bias`] = [to];
  }

  conv(name: string, to: number, from: number, size = 3): void {
    this.layout[`${name}.weight`] = [to, from, size, size];
    this.layout[`${name}.bias`] = [to];
  }

  norm(name: string, width: number): void {
    this.layout[`${name}.weight`] = [width];
    this.layout[`${name}.bias`] = [width];
  }

  scale(name: string, width: number): void {
    this.layout[name] = [width];
  }

  add(prefix: string, layout: Layout): void {
    for (const [name, shape] of Object.entries(layout)) this.layout[prefix + name] = shape;
  }
}

interface UnetSizes {
  channels: number;
  multiples: readonly number[];
  /** Number of transformer layers at each level and in the middle. */
  depths: readonly number[];
  middle: number;
  context: number;
  linearProjection: boolean;
  vector?: number;
}

function unet({ channels, multiples, depths, middle, context, linearProjection, vector }: UnetSizes): Layout {
  const t = new Tensors();
  const time = 4 * channels;
  const resnet = (name: string, to: number, from: number): void => {
    t.norm(`${name}.in_layers.0`, from);
    t.conv(`${name}.in_layers.2`, to, from);
    t.linear(`${name}.emb_layers.1`, to, time);
    t.norm(`${name}.out_layers.0`, to);
    t.conv(`${name}.out_layers.3`, to, to);
    if (to !== from) t.conv(`${name}.skip_connection`, to, from, 1);
  };
  const attention = (name: string, width: number, depth: number): void => {
    t.norm(`${name}.norm`, width);
    for (const side of ['proj_in', 'proj_out'])
      if (linearProjection) t.linear(`${name}.${side}`, width, width);
      else t.conv(`${name}.${side}`, width, width, 1);
    for (let at = 0; at < depth; at++) {
      const block = `${name}.transformer_blocks.${at}`;
      for (const [which, from] of [
        ['attn1', width],
        ['attn2', context],
      ] as const) {
        t.linear(`${block}.${which}.to_q`, width, width, false);
        t.linear(`${block}.${which}.to_k`, width, from, false);
        t.linear(`${block}.${which}.to_v`, width, from, false);
        t.linear(`${block}.${which}.to_out.0`, width, width);
      }
      t.linear(`${block}.ff.net.0.proj`, 8 * width, width);
      t.linear(`${block}.ff.net.2`, width, 4 * width);
      for (const norm of ['norm1', 'norm2', 'norm3']) t.norm(`${block}.${norm}`, width);
    }
  };
  t.linear('time_embed.0', time, channels);
  t.linear('time_embed.2', time, time);
  if (vector !== undefined) {
    t.linear('label_emb.0.0', time, vector);
    t.linear('label_emb.0.2', time, time);
  }
  t.conv('input_blocks.0.0', channels, 4);
  const skips = [channels];
  let [width, block] = [channels, 1];
  for (const [level, multiple] of multiples.entries()) {
    for (let at = 0; at < 2; at++, block++) {
      resnet(`input_blocks.${block}.0`, channels * multiple, width);
      width = channels * multiple;
      if (depths[level]) attention(`input_blocks.${block}.1`, width, depths[level]);
      skips.push(width);
    }
    if (level < multiples.length - 1) {
      t.conv(`input_blocks.${block++}.0.op`, width, width);
      skips.push(width);
    }
  }
  resnet('middle_block.0', width, width);
  attention('middle_block.1', width, middle);
  resnet('middle_block.2', width, width);
  block = 0;
  for (const [level, multiple] of [...multiples.entries()].reverse())
    for (let at = 0; at < 3; at++, block++) {
      resnet(`output_blocks.${block}.0`, channels * multiple, width + (skips.pop() ?? 0));
      width = channels * multiple;
      if (depths[level]) attention(`output_blocks.${block}.1`, width, depths[level]);
      if (at === 2 && level > 0) t.conv(`output_blocks.${block}.${depths[level] ? 2 : 1}.conv`, width, width);
    }
  t.norm('out.0', width);
  t.conv('out.2', 4, width);
  return t.layout;
}

function mmdit({ width, context, vector }: { width: number; context: number; vector: number }): Layout {
  const t = new Tensors();
  const depth = 24; // fixed in the engine
  t.conv('x_embedder.proj', width, 16, 2);
  t.linear('t_embedder.mlp.0', width, 256);
  t.linear('t_embedder.mlp.2', width, width);
  t.linear('y_embedder.mlp.0', width, vector);
  t.linear('y_embedder.mlp.2', width, width);
  t.linear('context_embedder', width, context);
  t.layout.pos_embed = [1, 256, width];
  for (let at = 0; at < depth; at++)
    for (const side of ['context_block', 'x_block']) {
      const block = `joint_blocks.${at}.${side}`;
      const last = side === 'context_block' && at === depth - 1;
      t.linear(`${block}.adaLN_modulation.1`, (last ? 2 : 6) * width, width);
      t.linear(`${block}.attn.qkv`, 3 * width, width);
      if (last) continue;
      t.linear(`${block}.attn.proj`, width, width);
      t.linear(`${block}.mlp.fc1`, 4 * width, width);
      t.linear(`${block}.mlp.fc2`, width, 4 * width);
    }
  t.linear('final_layer.adaLN_modulation.1', 2 * width, width);
  t.linear('final_layer.linear', 64, width);
  return t.layout;
}

function flux({ width, context }: { width: number; context: number }): Layout {
  const t = new Tensors();
  const head = 128;
  t.linear('img_in', width, 64);
  t.linear('txt_in', width, context);
  for (const [name, from] of [
    ['time_in', 256],
    ['vector_in', 768],
    ['guidance_in', 256],
  ] as const) {
    t.linear(`${name}.in_layer`, width, from);
    t.linear(`${name}.out_layer`, width, width);
  }
  for (let at = 0; at < 2; at++) {
    for (const side of ['img', 'txt']) {
      const block = `double_blocks.${at}.${side}`;
      t.linear(`${block}_mod.lin`, 6 * width, width);
      t.linear(`${block}_attn.qkv`, 3 * width, width);
      t.scale(`${block}_attn.norm.query_norm.scale`, head);
      t.scale(`${block}_attn.norm.key_norm.scale`, head);
      t.linear(`${block}_attn.proj`, width, width);
      t.linear(`${block}_mlp.0`, 4 * width, width);
      t.linear(`${block}_mlp.2`, width, 4 * width);
    }
    const single = `single_blocks.${at}`;
    t.linear(`${single}.linear1`, 7 * width, width);
    t.linear(`${single}.linear2`, width, 5 * width);
    t.scale(`${single}.norm.query_norm.scale`, head);
    t.scale(`${single}.norm.key_norm.scale`, head);
    t.linear(`${single}.modulation.lin`, 3 * width, width);
  }
  t.linear('final_layer.adaLN_modulation.1', 2 * width, width);
  t.linear('final_layer.linear', 64, width);
  return t.layout;
}

function zImage({ width, context }: { width: number; context: number }): Layout {
  const t = new Tensors();
  const inner = 256 * Math.ceil(((8 / 3) * width) / 256);
  const block = (name: string, modulation: boolean): void => {
    t.linear(`${name}.attention.qkv`, 3 * width, width, false);
    t.linear(`${name}.attention.out`, width, width, false);
    t.scale(`${name}.attention.q_norm.weight`, 128);
    t.scale(`${name}.attention.k_norm.weight`, 128);
    t.linear(`${name}.feed_forward.w1`, inner, width, false);
    t.linear(`${name}.feed_forward.w2`, width, inner, false);
    t.linear(`${name}.feed_forward.w3`, inner, width, false);
    for (const norm of ['attention_norm1', 'attention_norm2', 'ffn_norm1', 'ffn_norm2']) t.scale(`${name}.${norm}.weight`, width);
    if (modulation) t.linear(`${name}.adaLN_modulation.0`, 4 * width, Math.min(width, 256));
  };
  t.linear('x_embedder', width, 64);
  t.linear('t_embedder.mlp.0', Math.min(width, 1024), 256);
  t.linear('t_embedder.mlp.2', 256, Math.min(width, 1024));
  t.scale('cap_embedder.0.weight', context);
  t.linear('cap_embedder.1', width, context);
  t.layout.cap_pad_token = [1, width];
  t.layout.x_pad_token = [1, width];
  for (let at = 0; at < 2; at++) block(`layers.${at}`, true);
  block('noise_refiner.0', true);
  block('context_refiner.0', false);
  t.linear('final_layer.linear', 64, width);
  t.linear('final_layer.adaLN_modulation.1', width, Math.min(width, 256));
  return t.layout;
}

interface ClipSizes {
  width: number;
  layers: number;
  rows: number;
  inner?: number;
}

/** OpenAI's layout, with the names of transformers. */
function clip({ width, layers, rows, inner = 2 * width }: ClipSizes): Layout {
  const t = new Tensors();
  t.layout['embeddings.token_embedding.weight'] = [rows, width];
  t.layout['embeddings.token_index.weight'] = [vocabulary];
  t.layout['embeddings.position_embedding.weight'] = [77, width];
  for (let at = 0; at < layers; at++) {
    const layer = `encoder.layers.${at}`;
    for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) t.linear(`${layer}.self_attn.${part}`, width, width);
    t.linear(`${layer}.mlp.fc1`, inner, width);
    t.linear(`${layer}.mlp.fc2`, width, inner);
    t.norm(`${layer}.layer_norm1`, width);
    t.norm(`${layer}.layer_norm2`, width);
  }
  t.norm('final_layer_norm', width);
  return t.layout;
}

/** OpenCLIP's layout, as in checkpoints of SD 2 and SDXL. */
function openClip({ width, layers, rows, inner = 2 * width }: ClipSizes, projection: boolean): Layout {
  const t = new Tensors();
  t.layout['token_embedding.weight'] = [rows, width];
  t.layout.positional_embedding = [77, width];
  for (let at = 0; at < layers; at++) {
    const layer = `transformer.resblocks.${at}`;
    t.layout[`${layer}.attn.in_proj_weight`] = [3 * width, width];
    t.layout[`${layer}.attn.in_proj_bias`] = [3 * width];
    t.linear(`${layer}.attn.out_proj`, width, width);
    t.linear(`${layer}.mlp.c_fc`, inner, width);
    t.linear(`${layer}.mlp.c_proj`, width, inner);
    t.norm(`${layer}.ln_1`, width);
    t.norm(`${layer}.ln_2`, width);
  }
  t.norm('ln_final', width);
  if (projection) t.layout.text_projection = [width, width];
  return t.layout;
}

function autoencoder(latent: number): Layout {
  const t = new Tensors();
  const channels = 32;
  const multiples = [1, 2, 4, 4];
  const resnet = (name: string, to: number, from: number): void => {
    t.norm(`${name}.norm1`, from);
    t.conv(`${name}.conv1`, to, from);
    t.norm(`${name}.norm2`, to);
    t.conv(`${name}.conv2`, to, to);
    if (to !== from) t.conv(`${name}.nin_shortcut`, to, from, 1);
  };
  const middle = (side: string, width: number): void => {
    resnet(`${side}.mid.block_1`, width, width);
    t.norm(`${side}.mid.attn_1.norm`, width);
    for (const part of ['q', 'k', 'v', 'proj_out']) t.conv(`${side}.mid.attn_1.${part}`, width, width, 1);
    resnet(`${side}.mid.block_2`, width, width);
  };
  t.conv('encoder.conv_in', channels, 3);
  let width = channels;
  for (const [level, multiple] of multiples.entries()) {
    for (let at = 0; at < 2; at++) {
      resnet(`encoder.down.${level}.block.${at}`, channels * multiple, width);
      width = channels * multiple;
    }
    if (level < multiples.length - 1) t.conv(`encoder.down.${level}.downsample.conv`, width, width);
  }
  middle('encoder', width);
  t.norm('encoder.norm_out', width);
  t.conv('encoder.conv_out', 2 * latent, width);
  t.conv('decoder.conv_in', width, latent);
  middle('decoder', width);
  for (const [level, multiple] of [...multiples.entries()].reverse()) {
    for (let at = 0; at < 3; at++) {
      resnet(`decoder.up.${level}.block.${at}`, channels * multiple, width);
      width = channels * multiple;
    }
    if (level > 0) t.conv(`decoder.up.${level}.upsample.conv`, width, width);
  }
  t.norm('decoder.norm_out', width);
  t.conv('decoder.conv_out', 3, width);
  if (latent === 4) {
    t.conv('quant_conv', 8, 8, 1);
    t.conv('post_quant_conv', 4, 4, 1);
  }
  return t.layout;
}

const rows = 300;
const tokenIndex = 'transformer.text_model.embeddings.token_index.weight';
const clipL = { width: 64, layers: 2, rows };

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
    t.scale(`cond_stage_model.${tokenIndex}`, vocabulary);
  } else if (family === 'sdxl') {
    const sizes = { channels: 32, multiples: [1, 2, 4], depths: [0, 2, 10], middle: 10, context: 64 + 1280, linearProjection: true };
    t.add(network, unet({ ...sizes, vector: 2816 }));
    t.add('conditioner.embedders.0.transformer.text_model.', clip(clipL));
    t.add('conditioner.embedders.1.model.', openClip({ width: 1280, layers: 2, rows, inner: 256 }, true));
    t.scale(`conditioner.embedders.1.${tokenIndex}`, vocabulary);
  } else if (family === 'sd3') {
    t.add(network, mmdit({ width: 96, context: 4096, vector: 2048 }));
    t.add('text_encoders.clip_l.transformer.text_model.', clip({ width: 768, layers: 1, rows, inner: 256 }));
  } else if (family === 'flux') {
    t.add(network, flux({ width: 256, context: 4096 }));
    t.add('text_encoders.clip_l.transformer.text_model.', clip({ width: 768, layers: 1, rows, inner: 256 }));
  } else t.add(network, zImage({ width: 384, context: 64 }));
  t.add(family === 'sd1' || family === 'sd2' || family === 'sdxl' ? 'first_stage_model.' : 'vae.', autoencoder(latentChannels[family]));
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
