import { isUnetFamily, type ModelFamily } from './family.ts';

/** Role of a LoRA tensor for its target weight. `diff` is the full difference instead of two factors. */
export const loraRoles = [
  'down',
  'up',
  'mid',
  'alpha',
  'scale',
  'diff',
  'w1_a',
  'w1_b',
  'w2_a',
  'w2_b',
  't1',
  't2',
  'k1',
  'k1_a',
  'k1_b',
  'k2',
  'k2_a',
  'k2_b',
  'dora',
  'other',
] as const;
export type LoraRole = (typeof loraRoles)[number];

type Ending = readonly [suffix: string, role: LoraRole, parameter?: 'bias'];

/** Endings of LoRA tensor names, longest first. */
const endings: readonly Ending[] = [
  ['.lora_magnitude_vector.weight', 'dora'],
  ['.lora_magnitude_vector', 'dora'],
  ['.lora_down.weight', 'down'],
  ['.lora_mid.weight', 'mid'],
  ['.lora_up.weight', 'up'],
  ['.lora.down.weight', 'down'],
  ['.lora.mid.weight', 'mid'],
  ['.lora.up.weight', 'up'],
  ['_lora.down.weight', 'down'],
  ['_lora.mid.weight', 'mid'],
  ['_lora.up.weight', 'up'],
  ['.lora_A.weight', 'down'],
  ['.lora_B.weight', 'up'],
  ['.hada_w1_a', 'w1_a'],
  ['.hada_w1_b', 'w1_b'],
  ['.hada_w2_a', 'w2_a'],
  ['.hada_w2_b', 'w2_b'],
  ['.hada_t1', 't1'],
  ['.hada_t2', 't2'],
  ['.lokr_w1_a', 'k1_a'],
  ['.lokr_w1_b', 'k1_b'],
  ['.lokr_w2_a', 'k2_a'],
  ['.lokr_w2_b', 'k2_b'],
  ['.lokr_w1', 'k1'],
  ['.lokr_w2', 'k2'],
  ['.diff_b', 'diff', 'bias'],
  ['.diff', 'diff'],
  ['.w_norm', 'diff'],
  ['.b_norm', 'diff', 'bias'],
  ['.lora_linear', 'alpha'],
  ['.alpha', 'alpha'],
  ['.scale', 'scale'],
  ['.dora_scale', 'dora'],
];

/** PEFT names its adapters between the factor and `weight`: `.lora_A.default.weight`. */
const adapter = /(\.(?:lora_[AB]|lora_magnitude_vector|(?:hada|lokr)_\w+))\.(?!weight$)[\w-]+(\.weight)?$/;

/** Splits a LoRA tensor's name into its target's name and its role; role 'other' if the ending is unknown. */
export function splitLoraName(name: string): { target: string; role: LoraRole; parameter: 'weight' | 'bias' } {
  const plain = name.replace(adapter, '$1$2');
  const numbered = /^(.+_lora\d)\.(down|up)\.weight$/.exec(plain); // XLabs: one pair a stream
  if (numbered?.[1] !== undefined) return { target: numbered[1], role: numbered[2] as LoraRole, parameter: 'weight' };
  for (const [suffix, role, parameter = 'weight'] of endings)
    if (plain.endsWith(suffix)) return { target: plain.slice(0, -suffix.length), role, parameter };
  return { target: name, role: 'other', parameter: 'weight' };
}

/** Kinds of change that are recognised but not applied, by their tensor names. */
const foreignKinds: readonly [pattern: RegExp, kind: string][] = [
  [/\.(?:oft_blocks|oft_diag|oft_r|oft_R(?:\.weight)?)$/, 'OFT'],
  [/\.boft_(?:R|s|blocks)$/, 'BOFT'],
  [/^(?:lora|lycoris)_.*\.(?:a1|a2|b1|b2|bm)\.weight$/, 'GLoRA'],
  [/\.(?:on_input|ia3_l)$/, 'IA3'],
  [/\.vera_lambda_[bd]$/, 'VeRA'],
  [/\.hra_[uv]$/, 'HRA'],
  [/\.lokr_t2$/, 'LoKr with a core (lokr_t2)'],
];

/** The kind of a tensor that is not applied ('OFT', 'GLoRA' …) and its target; undefined for other tensors. */
export function foreignKind(name: string): { target: string; kind: string } | undefined {
  const plain = name.replace(/\.default$/, '');
  for (const [pattern, kind] of foreignKinds) {
    const found = pattern.exec(plain);
    if (found) return { target: plain.slice(0, plain.lastIndexOf('.', plain.replace(/\.weight$/, '').length - 1)), kind };
  }
  return undefined;
}

/** A file is a LoRA when at least one tensor is a factor; ".scale" tensors do not count, since full checkpoints have them too. */
export function looksLikeLora(names: readonly string[]): boolean {
  return names.some((name) => {
    const { role } = splitLoraName(name);
    if (role === 'other') return foreignKind(name) !== undefined;
    return role !== 'alpha' && role !== 'scale' && role !== 'dora';
  });
}

/** Which network a weight belongs to: the diffusion model, the first or second CLIP, T5, a language model, the VAE. */
export type Component = 'unet' | 'te1' | 'te2' | 'te3' | 'llm' | 'vae';

export interface CanonicalName {
  readonly component: Component;
  /** Name in the original model's layout with underscores for dots, the common form of all conventions. */
  readonly name: string;
  /** Index of the matrix in a weight that combines several (query, key, value, MLP), from 0. Absent for the whole weight. */
  readonly part?: number;
}

/** Removing a prefix must leave the whole layer name: in `transformer_transformer_blocks_…` only the first `transformer_` is a prefix. */
const prefixes: readonly [pattern: RegExp, component: Component][] = [
  [/^(?:lora|lycoris)_(?:unet|transformer(?!_(?:res)?blocks_))_/, 'unet'],
  [/^(?:lora|lycoris)_te(?:2|xt_encoder_2)_/, 'te2'],
  [/^(?:lora|lycoris)_te(?:3|xt_encoder_3)_/, 'te3'],
  [/^(?:lora|lycoris)_te(?:1|xt_encoder)?_/, 'te1'],
  [/^(?:lora|lycoris)_vae_/, 'vae'],
  [/^(?:lora|lycoris)_/, 'unet'],
  [/^(?:model_diffusion_model_|diffusion_model_|unet_|transformer_(?!(?:res)?blocks_))/, 'unet'],
  [/^cond_stage_model_1_(?:transformer_|model_)?/, 'te2'],
  [/^cond_stage_model_(?:transformer_|model_)?/, 'te1'],
  [/^conditioner_embedders_1_(?:transformer_|model_)?/, 'te2'],
  [/^conditioner_embedders_0_(?:transformer_|model_)?/, 'te1'],
  [/^text_encoders_clip_l_(?:transformer_)?/, 'te1'],
  [/^text_encoders_clip_g_(?:transformer_)?/, 'te2'],
  [/^text_encoders_t5xxl_(?:transformer_)?/, 'te3'],
  [/^text_encoders_llm_(?:transformer_|model_)?/, 'llm'],
  [/^text_encoder_2_/, 'te2'],
  [/^text_encoder_3_/, 'te3'],
  [/^text_encoder_/, 'te1'],
  [/^te_1_/, 'te2'],
  [/^te2_/, 'te2'],
  [/^te3_/, 'te3'],
  [/^te1?_(?=text_model_|encoder_|transformer_resblocks_)/, 'te1'],
  [/^(?:first_stage_model|vae)_/, 'vae'],
];

/** `bareText`: meaning of names that start with text_model (a separate CLIP file). */
export function canonicalName(raw: string, family: ModelFamily | undefined, bareText: Component = 'te1'): CanonicalName {
  let name = raw
    .replace(/^base_model\.model\./, '')
    .replace('.processor', '')
    .replaceAll('.', '_');
  let component: Component | undefined;
  for (const [pattern, found] of prefixes) {
    const rest = name.replace(pattern, '');
    if (rest !== name) {
      name = rest;
      component = found;
      break;
    }
  }
  component ??= /^(?:text_model|encoder_layers|transformer_resblocks)_/.test(name) ? bareText : 'unet';
  // Programs number a model's text encoders from 1. Which one is T5 depends on the model, but only T5 has such blocks.
  if (component !== 'unet' && component !== 'vae' && /^(?:encoder_)?block_\d+_layer_\d_/.test(name)) component = 'te3';
  if (component === 'unet') return { component, ...originalDiffusionName(name.replace(/^net_/, ''), family) };
  if (component === 'vae') return { component, name: autoencoderName(name) };
  return { component, name: component === 'te1' || component === 'te2' ? clipName(name) : name };
}

/** Diffusers' names of an autoencoder -> original ones. */
function autoencoderName(name: string): string {
  return name
    .replace(/^(encoder|decoder)_conv_norm_out$/, '$1_norm_out')
    .replace(/^encoder_down_blocks_(\d)_resnets_(\d)_/, 'encoder_down_$1_block_$2_')
    .replace(/^encoder_down_blocks_(\d)_downsamplers_0_/, 'encoder_down_$1_downsample_')
    .replace(/^decoder_up_blocks_(\d)_resnets_(\d)_/, (_, i: string, j: string) => `decoder_up_${3 - +i}_block_${j}_`)
    .replace(/^decoder_up_blocks_(\d)_upsamplers_0_/, (_, i: string) => `decoder_up_${3 - +i}_upsample_`)
    .replace(/_mid_block_resnets_(\d)_/, (_, j: string) => `_mid_block_${+j + 1}_`)
    .replace(/_mid_block_attentions_0_group_norm$/, '_mid_attn_1_norm')
    .replace(/_mid_block_attentions_0_(?:to_)?(q|k|v)(?:uery|ey|alue)?$/, '_mid_attn_1_$1')
    .replace(/_mid_block_attentions_0_(?:to_out_0|proj_attn)$/, '_mid_attn_1_proj_out')
    .replace(/_conv_shortcut$/, '_nin_shortcut');
}

/** OpenCLIP names -> Hugging Face names; the fused in_proj keeps its own. */
function clipName(name: string): string {
  const block = /^transformer_resblocks_(\d+)_(.+)$/.exec(name);
  if (!block) return name;
  const inner: Record<string, string> = {
    attn_in_proj: 'self_attn_in_proj',
    attn_out_proj: 'self_attn_out_proj',
    ln_1: 'layer_norm1',
    ln_2: 'layer_norm2',
    mlp_c_fc: 'mlp_fc1',
    mlp_c_proj: 'mlp_fc2',
  };
  const rest = block[2] ?? '';
  return `text_model_encoder_layers_${block[1]}_${inner[rest] ?? rest}`;
}

function originalDiffusionName(name: string, family: ModelFamily | undefined): { name: string; part?: number } {
  if (family === undefined || isUnetFamily(family)) return { name: unetName(name) };
  for (const [pattern, replacement] of transformerRules(family)) {
    const converted = name.replace(pattern, replacement);
    if (converted === name) continue;
    const part = /(?:_proj_(mlp)|_(?:to|add)_([qkv])(?:_proj)?)$/.exec(name);
    return { name: converted, ...(part ? { part: part[1] ? 3 : 'qkv'.indexOf(part[2] as string) } : {}) };
  }
  return { name };
}

/** Diffusers UNet names -> original ones: two ResNets and attentions a level down, three up (four slots for SDXL's numbering are the same). */
function unetName(name: string): string {
  const resnet: Record<string, string> = {
    norm1: 'in_layers_0',
    conv1: 'in_layers_2',
    norm2: 'out_layers_0',
    conv2: 'out_layers_3',
    time_emb_proj: 'emb_layers_1',
    conv_shortcut: 'skip_connection',
  };
  const inResnet = (rest: string): string => resnet[rest] ?? rest;
  const whole: Record<string, string> = {
    time_embedding_linear_1: 'time_embed_0',
    time_embedding_linear_2: 'time_embed_2',
    add_embedding_linear_1: 'label_emb_0_0',
    add_embedding_linear_2: 'label_emb_0_2',
    conv_in: 'input_blocks_0_0',
    conv_norm_out: 'out_0',
    conv_out: 'out_2',
  };
  return (whole[name] ?? name)
    .replace(/^down_blocks_(\d)_attentions_(\d)_/, (_, i: string, j: string) => `input_blocks_${3 * +i + +j + 1}_1_`)
    .replace(
      /^down_blocks_(\d)_resnets_(\d)_(.+)$/,
      (_, i: string, j: string, rest: string) => `input_blocks_${3 * +i + +j + 1}_0_${inResnet(rest)}`,
    )
    .replace(/^down_blocks_(\d)_downsamplers_0_conv/, (_, i: string) => `input_blocks_${3 * (+i + 1)}_0_op`)
    .replace(/^up_blocks_(\d)_attentions_(\d)_/, (_, i: string, j: string) => `output_blocks_${3 * +i + +j}_1_`)
    .replace(
      /^up_blocks_(\d)_resnets_(\d)_(.+)$/,
      (_, i: string, j: string, rest: string) => `output_blocks_${3 * +i + +j}_0_${inResnet(rest)}`,
    )
    .replace(/^up_blocks_(\d)_upsamplers_0_/, (_, i: string) => `output_blocks_${3 * +i + 2}_${i === '0' ? 1 : 2}_`)
    .replace(/^output_blocks_2_1_conv/, 'output_blocks_2_2_conv')
    .replace(/^mid_block_attentions_0_/, 'middle_block_1_')
    .replace(/^mid_block_resnets_(\d)_(.+)$/, (_, j: string, rest: string) => `middle_block_${2 * +j}_${inResnet(rest)}`)
    .replace(/(_attn[12]_to_out)$/, '$1_0');
}

/**
 * First row and number of rows of a part. Query, key and value are a third each; in linear1 of Flux each is as wide as its input, and the
 * MLP has the rest.
 */
export function partRows(name: string, part: number, out: number, width: number): { first: number; rows: number } {
  const third = name.endsWith('_linear1') ? width : out / 3;
  return part === 3 ? { first: 3 * third, rows: out - 3 * third } : { first: part * third, rows: third };
}

const flux: readonly [RegExp, string][] = [
  [/^transformer_blocks_(\d+)_attn_to_[qkv]$/, 'double_blocks_$1_img_attn_qkv'],
  [/^transformer_blocks_(\d+)_attn_add_[qkv]_proj$/, 'double_blocks_$1_txt_attn_qkv'],
  [/^transformer_blocks_(\d+)_attn_to_out_0$/, 'double_blocks_$1_img_attn_proj'],
  [/^transformer_blocks_(\d+)_attn_to_add_out$/, 'double_blocks_$1_txt_attn_proj'],
  [/^transformer_blocks_(\d+)_ff_net_0_proj$/, 'double_blocks_$1_img_mlp_0'],
  [/^transformer_blocks_(\d+)_ff_net_2$/, 'double_blocks_$1_img_mlp_2'],
  [/^transformer_blocks_(\d+)_ff_context_net_0_proj$/, 'double_blocks_$1_txt_mlp_0'],
  [/^transformer_blocks_(\d+)_ff_context_net_2$/, 'double_blocks_$1_txt_mlp_2'],
  [/^transformer_blocks_(\d+)_norm1_linear$/, 'double_blocks_$1_img_mod_lin'],
  [/^transformer_blocks_(\d+)_norm1_context_linear$/, 'double_blocks_$1_txt_mod_lin'],
  [/^single_transformer_blocks_(\d+)_(?:attn_to_[qkv]|proj_mlp)$/, 'single_blocks_$1_linear1'],
  [/^single_transformer_blocks_(\d+)_proj_out$/, 'single_blocks_$1_linear2'],
  [/^single_transformer_blocks_(\d+)_norm_linear$/, 'single_blocks_$1_modulation_lin'],
  [/^x_embedder$/, 'img_in'],
  [/^context_embedder$/, 'txt_in'],
  [/^(?:time_text_embed|time_embed)_timestep_embedder_linear_1$/, 'time_in_in_layer'],
  [/^(?:time_text_embed|time_embed)_timestep_embedder_linear_2$/, 'time_in_out_layer'],
  [/^time_text_embed_text_embedder_linear_1$/, 'vector_in_in_layer'],
  [/^time_text_embed_text_embedder_linear_2$/, 'vector_in_out_layer'],
  [/^time_text_embed_guidance_embedder_linear_1$/, 'guidance_in_in_layer'],
  [/^time_text_embed_guidance_embedder_linear_2$/, 'guidance_in_out_layer'],
  [/^proj_out$/, 'final_layer_linear'],
  [/^norm_out_linear$/, 'final_layer_adaLN_modulation_1'],
  // XLabs: the attention processors of the two streams.
  [/^double_blocks_(\d+)_qkv_lora1$/, 'double_blocks_$1_img_attn_qkv'],
  [/^double_blocks_(\d+)_qkv_lora2$/, 'double_blocks_$1_txt_attn_qkv'],
  [/^double_blocks_(\d+)_proj_lora1$/, 'double_blocks_$1_img_attn_proj'],
  [/^double_blocks_(\d+)_proj_lora2$/, 'double_blocks_$1_txt_attn_proj'],
];

const sd3: readonly [RegExp, string][] = [
  [/^transformer_blocks_(\d+)_(attn2?)_to_[qkv]$/, 'joint_blocks_$1_x_block_$2_qkv'],
  [/^transformer_blocks_(\d+)_(attn2?)_add_[qkv]_proj$/, 'joint_blocks_$1_context_block_$2_qkv'],
  [/^transformer_blocks_(\d+)_(attn2?)_to_out_0$/, 'joint_blocks_$1_x_block_$2_proj'],
  [/^transformer_blocks_(\d+)_(attn2?)_to_add_out$/, 'joint_blocks_$1_context_block_$2_proj'],
  [/^transformer_blocks_(\d+)_ff_net_0_proj$/, 'joint_blocks_$1_x_block_mlp_fc1'],
  [/^transformer_blocks_(\d+)_ff_net_2$/, 'joint_blocks_$1_x_block_mlp_fc2'],
  [/^transformer_blocks_(\d+)_ff_context_net_0_proj$/, 'joint_blocks_$1_context_block_mlp_fc1'],
  [/^transformer_blocks_(\d+)_ff_context_net_2$/, 'joint_blocks_$1_context_block_mlp_fc2'],
  [/^transformer_blocks_(\d+)_norm1_linear$/, 'joint_blocks_$1_x_block_adaLN_modulation_1'],
  [/^transformer_blocks_(\d+)_norm1_context_linear$/, 'joint_blocks_$1_context_block_adaLN_modulation_1'],
  [/^pos_embed_proj$/, 'x_embedder_proj'],
  [/^time_text_embed_timestep_embedder_linear_1$/, 't_embedder_mlp_0'],
  [/^time_text_embed_timestep_embedder_linear_2$/, 't_embedder_mlp_2'],
  [/^time_text_embed_text_embedder_linear_1$/, 'y_embedder_mlp_0'],
  [/^time_text_embed_text_embedder_linear_2$/, 'y_embedder_mlp_2'],
  [/^proj_out$/, 'final_layer_linear'],
  [/^norm_out_linear$/, 'final_layer_adaLN_modulation_1'],
];

const zImage: readonly [RegExp, string][] = [
  [/^((?:layers|noise_refiner|context_refiner)_\d+_attention)_to_[qkv]$/, '$1_qkv'],
  [/^((?:layers|noise_refiner|context_refiner)_\d+_attention)_to_out_0$/, '$1_out'],
  [/^all_(x_embedder|final_layer)_2-1/, '$1'],
];

function transformerRules(family: ModelFamily): readonly [RegExp, string][] {
  if (family === 'sd3') return sd3;
  if (family === 'z-image') return zImage;
  return /^(?:flux|flex2|chroma|longcat)/.test(family) ? flux : [];
}
