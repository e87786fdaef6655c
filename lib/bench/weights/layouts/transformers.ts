import { type Layout, Tensors } from './layout.ts';

export interface MmditSizes {
  width: number;
  context: number;
  vector: number;
  /** Places of the position table: the square of its edge in patches. */
  places: number;
  /** First blocks in which the picture attends to itself once more (SD 3.5 medium). */
  selfAttending?: number;
  /** Norms of queries and keys (SD 3.5). */
  norms?: boolean;
}

/** Network of SD 3 and 3.5. */
export function mmdit({ width, context, vector, places, selfAttending = 0, norms = false }: MmditSizes): Layout {
  const t = new Tensors();
  const depth = 24; // fixed in the engine
  const attention = (name: string, ends: boolean): void => {
    t.linear(`${name}.qkv`, 3 * width, width);
    if (norms) for (const part of ['ln_q', 'ln_k']) t.scale(`${name}.${part}.weight`, 64);
    if (!ends) t.linear(`${name}.proj`, width, width);
  };
  t.conv('x_embedder.proj', width, 16, 2);
  t.linear('t_embedder.mlp.0', width, 256);
  t.linear('t_embedder.mlp.2', width, width);
  t.linear('y_embedder.mlp.0', width, vector);
  t.linear('y_embedder.mlp.2', width, width);
  t.linear('context_embedder', width, context);
  t.layout['pos_embed'] = [1, places, width];
  for (let at = 0; at < depth; at++)
    for (const side of ['context_block', 'x_block']) {
      const block = `joint_blocks.${at}.${side}`;
      const last = side === 'context_block' && at === depth - 1;
      const twice = side === 'x_block' && at < selfAttending;
      t.linear(`${block}.adaLN_modulation.1`, (last ? 2 : twice ? 9 : 6) * width, width);
      attention(`${block}.attn`, last);
      if (twice) attention(`${block}.attn2`, false);
      if (last) continue;
      t.linear(`${block}.mlp.fc1`, 4 * width, width);
      t.linear(`${block}.mlp.fc2`, width, 4 * width);
    }
  t.linear('final_layer.adaLN_modulation.1', 2 * width, width);
  t.linear('final_layer.linear', 64, width);
  return t.layout;
}

export interface FluxSizes {
  width: number;
  context: number;
  /** Blocks with two streams, and with one. */
  double: number;
  single: number;
  /** Distilled guidance ([dev]). */
  guidance: boolean;
}

/** Network of FLUX.1. */
export function flux({ width, context, double, single, guidance }: FluxSizes): Layout {
  const t = new Tensors();
  const head = 128;
  t.linear('img_in', width, 64);
  t.linear('txt_in', width, context);
  for (const [name, from] of [['time_in', 256], ['vector_in', 768], ...(guidance ? ([['guidance_in', 256]] as const) : [])] as const) {
    t.linear(`${name}.in_layer`, width, from);
    t.linear(`${name}.out_layer`, width, width);
  }
  const doubleBlock = (at: number): void => {
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
  };
  const singleBlock = (at: number): void => {
    const block = `single_blocks.${at}`;
    t.linear(`${block}.linear1`, 7 * width, width);
    t.linear(`${block}.linear2`, width, 5 * width);
    t.scale(`${block}.norm.query_norm.scale`, head);
    t.scale(`${block}.norm.key_norm.scale`, head);
    t.linear(`${block}.modulation.lin`, 3 * width, width);
  };
  for (let at = 0; at < Math.max(double, single); at++) {
    if (at < double) doubleBlock(at);
    if (at < single) singleBlock(at);
  }
  t.linear('final_layer.adaLN_modulation.1', 2 * width, width);
  t.linear('final_layer.linear', 64, width);
  return t.layout;
}

export interface ZImageSizes {
  width: number;
  context: number;
  layers: number;
  /** Refiners of the noise, and of the text. */
  refiners: number;
}

/** Network of Z-Image. */
export function zImage({ width, context, layers, refiners }: ZImageSizes): Layout {
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
  t.layout['cap_pad_token'] = [1, width];
  t.layout['x_pad_token'] = [1, width];
  for (let at = 0; at < layers; at++) block(`layers.${at}`, true);
  for (let at = 0; at < refiners; at++) {
    block(`noise_refiner.${at}`, true);
    block(`context_refiner.${at}`, false);
  }
  t.linear('final_layer.linear', 64, width);
  t.linear('final_layer.adaLN_modulation.1', width, Math.min(width, 256));
  return t.layout;
}

/** Network of Qwen-Image. The engine knows this width alone. */
export function qwenImage(layers: number): Layout {
  const t = new Tensors();
  const [width, context, head] = [3072, 3584, 128];
  t.linear('time_text_embed.timestep_embedder.linear_1', width, 256);
  t.linear('time_text_embed.timestep_embedder.linear_2', width, width);
  t.scale('txt_norm.weight', context);
  t.linear('img_in', width, 64);
  t.linear('txt_in', width, context);
  for (let at = 0; at < layers; at++) {
    const block = `transformer_blocks.${at}`;
    for (const side of ['img', 'txt']) {
      t.linear(`${block}.${side}_mod.1`, 6 * width, width);
      t.linear(`${block}.${side}_mlp.net.0.proj`, 4 * width, width);
      t.linear(`${block}.${side}_mlp.net.2`, width, 4 * width);
    }
    for (const part of ['to_q', 'to_k', 'to_v', 'add_q_proj', 'add_k_proj', 'add_v_proj', 'to_out.0', 'to_add_out'])
      t.linear(`${block}.attn.${part}`, width, width);
    for (const part of ['norm_q', 'norm_k', 'norm_added_q', 'norm_added_k']) t.scale(`${block}.attn.${part}.weight`, head);
  }
  t.linear('norm_out.linear', 2 * width, width);
  t.linear('proj_out', 64, width);
  return t.layout;
}
