import { type Layout, Tensors } from './layout.ts';

/** CLIP's vocabulary size. */
export const clipVocabulary = 49_408;

export interface ClipSizes {
  width: number;
  layers: number;
  /** Rows of the token table. Fewer than the vocabulary: a table maps its ids to rows. */
  rows?: number;
  inner?: number;
}

/** OpenAI's layout, with the names of transformers. */
export function clip({ width, layers, rows = clipVocabulary, inner = 4 * width }: ClipSizes): Layout {
  const t = new Tensors();
  t.layout['embeddings.token_embedding.weight'] = [rows, width];
  if (rows < clipVocabulary) t.layout['embeddings.token_index.weight'] = [clipVocabulary];
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
export function openClip({ width, layers, rows = clipVocabulary, inner = 4 * width }: ClipSizes, projection: boolean): Layout {
  const t = new Tensors();
  t.layout['token_embedding.weight'] = [rows, width];
  t.layout['positional_embedding'] = [77, width];
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
  if (projection) t.layout['text_projection'] = [width, width];
  return t.layout;
}

/** The encoder of T5 v1.1 XXL (google/t5-v1_1-xxl). The engine knows no other size. */
export function t5(): Layout {
  const t = new Tensors();
  const [width, inner, heads, layers] = [4096, 10_240, 64, 24];
  t.layout['shared.weight'] = [32_128, width];
  for (let at = 0; at < layers; at++) {
    const block = `encoder.block.${at}.layer`;
    for (const part of ['q', 'k', 'v', 'o']) t.linear(`${block}.0.SelfAttention.${part}`, width, width, false);
    if (at === 0) t.linear(`${block}.0.SelfAttention.relative_attention_bias`, 32, heads, false);
    t.scale(`${block}.0.layer_norm.weight`, width);
    t.linear(`${block}.1.DenseReluDense.wi_0`, inner, width, false);
    t.linear(`${block}.1.DenseReluDense.wi_1`, inner, width, false);
    t.linear(`${block}.1.DenseReluDense.wo`, width, inner, false);
    t.scale(`${block}.1.layer_norm.weight`, width);
  }
  t.scale('encoder.final_layer_norm.weight', width);
  return t.layout;
}

export interface LanguageModelSizes {
  width: number;
  layers: number;
  inner: number;
  heads: number;
  keyHeads: number;
  vocabulary: number;
  /** Norms of queries and keys (Qwen 3), else biases of their projections (Qwen 2.5). */
  norms: boolean;
}

/** Qwen 2.5 and 3, without the head that guesses the next word: the engine reads the hidden states. */
export function languageModel({ width, layers, inner, heads, keyHeads, vocabulary, norms }: LanguageModelSizes): Layout {
  const t = new Tensors();
  const head = 128;
  t.layout['model.embed_tokens.weight'] = [vocabulary, width];
  for (let at = 0; at < layers; at++) {
    const layer = `model.layers.${at}`;
    t.linear(`${layer}.self_attn.q_proj`, heads * head, width, !norms);
    t.linear(`${layer}.self_attn.k_proj`, keyHeads * head, width, !norms);
    t.linear(`${layer}.self_attn.v_proj`, keyHeads * head, width, !norms);
    t.linear(`${layer}.self_attn.o_proj`, width, heads * head, false);
    if (norms) for (const part of ['q_norm', 'k_norm']) t.scale(`${layer}.self_attn.${part}.weight`, head);
    t.linear(`${layer}.mlp.gate_proj`, inner, width, false);
    t.linear(`${layer}.mlp.up_proj`, inner, width, false);
    t.linear(`${layer}.mlp.down_proj`, width, inner, false);
    for (const part of ['input_layernorm', 'post_attention_layernorm']) t.scale(`${layer}.${part}.weight`, width);
  }
  t.scale('model.norm.weight', width);
  return t.layout;
}
