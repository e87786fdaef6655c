import { isUnetFamily, type ModelFamily } from './family.ts';

/** Part a LoRA tensor plays for its target weight. `diff` replaces a factorisation by the full difference. */
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

/** Endings of LoRA tensor names, as the engine maps them (convert_tensor_name in name_conversion.cpp); longest first. */
const endings: readonly [suffix: string, role: LoraRole, parameter: 'weight' | 'bias'][] = [
  ['.lora_A.default.weight', 'down', 'weight'],
  ['.lora_B.default.weight', 'up', 'weight'],
  ['.lora_down.weight', 'down', 'weight'],
  ['.lora_mid.weight', 'mid', 'weight'],
  ['.lora_up.weight', 'up', 'weight'],
  ['.lora.down.weight', 'down', 'weight'],
  ['.lora.mid.weight', 'mid', 'weight'],
  ['.lora.up.weight', 'up', 'weight'],
  ['_lora.down.weight', 'down', 'weight'],
  ['_lora.mid.weight', 'mid', 'weight'],
  ['_lora.up.weight', 'up', 'weight'],
  ['.lora_A.weight', 'down', 'weight'],
  ['.lora_B.weight', 'up', 'weight'],
  ['.hada_w1_a', 'w1_a', 'weight'],
  ['.hada_w1_b', 'w1_b', 'weight'],
  ['.hada_w2_a', 'w2_a', 'weight'],
  ['.hada_w2_b', 'w2_b', 'weight'],
  ['.hada_t1', 't1', 'weight'],
  ['.hada_t2', 't2', 'weight'],
  ['.lokr_w1_a', 'k1_a', 'weight'],
  ['.lokr_w1_b', 'k1_b', 'weight'],
  ['.lokr_w2_a', 'k2_a', 'weight'],
  ['.lokr_w2_b', 'k2_b', 'weight'],
  ['.lokr_w1', 'k1', 'weight'],
  ['.lokr_w2', 'k2', 'weight'],
  ['.diff_b', 'diff', 'bias'],
  ['.diff', 'diff', 'weight'],
  ['.lora_linear', 'alpha', 'weight'],
  ['.alpha', 'alpha', 'weight'],
  ['.scale', 'scale', 'weight'],
  ['.dora_scale', 'dora', 'weight'],
];

/** Splits a LoRA tensor's name into its target's name and its role; role 'other' where the ending is unknown. */
export function splitLoraName(name: string): { target: string; role: LoraRole; parameter: 'weight' | 'bias' } {
  for (const [suffix, role, parameter] of endings)
    if (name.endsWith(suffix)) return { target: name.slice(0, -suffix.length), role, parameter };
  return { target: name, role: 'other', parameter: 'weight' };
}

/** A file is a LoRA when at least one tensor is a factor; full checkpoints have ".scale" tensors too, those do not count. */
export function looksLikeLora(names: readonly string[]): boolean {
  return names.some((name) => {
    const { role } = splitLoraName(name);
    return role !== 'other' && role !== 'alpha' && role !== 'scale' && role !== 'dora';
  });
}

/** Which network a weight belongs to: the diffusion model, the first or second CLIP, T5, the VAE. */
export type Component = 'unet' | 'te1' | 'te2' | 'te3' | 'vae';

export interface CanonicalName {
  readonly component: Component;
  /** Name in the original model's layout with every dot as underscore: what all conventions have in common. */
  readonly name: string;
}

const prefixes: readonly [pattern: RegExp, component: Component][] = [
  [/^(?:lora_|lycoris_)(?:unet|transformer)_/, 'unet'],
  [/^(?:lora_)?te(?:1_|_)(?=text_model)/, 'te1'],
  [/^lora_te2_/, 'te2'],
  [/^lora_te3_/, 'te3'],
  [/^lycoris_te1?_/, 'te1'],
  [/^lycoris_te2_/, 'te2'],
  [/^lycoris_/, 'unet'],
  [/^lora_vae_/, 'vae'],
  [/^(?:model_diffusion_model_|diffusion_model_|unet_|transformer_(?!blocks_|resblocks_))/, 'unet'],
  [/^cond_stage_model_1_(?:transformer_|model_)?/, 'te2'],
  [/^cond_stage_model_(?:transformer_|model_)?/, 'te1'],
  [/^conditioner_embedders_1_(?:transformer_|model_)?/, 'te2'],
  [/^conditioner_embedders_0_(?:transformer_|model_)?/, 'te1'],
  [/^text_encoders_clip_l_(?:transformer_)?/, 'te1'],
  [/^text_encoders_clip_g_(?:transformer_)?/, 'te2'],
  [/^text_encoders_t5xxl_(?:transformer_)?/, 'te3'],
  [/^text_encoder_2_/, 'te2'],
  [/^text_encoder_/, 'te1'],
  [/^te_1_/, 'te2'],
  [/^te[_1]_?/, 'te1'],
  [/^te2_/, 'te2'],
  [/^te3_/, 'te3'],
  [/^(?:first_stage_model|vae)_/, 'vae'],
];

/** `bareText`: what names that start with text_model (a separate CLIP file) mean. */
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
  if (component === 'unet') return { component, name: originalDiffusionName(name, family) };
  return { component, name: component === 'te3' || component === 'vae' ? name : clipName(name) };
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

function originalDiffusionName(name: string, family: ModelFamily | undefined): string {
  if (family === undefined || isUnetFamily(family)) return unetName(name);
  for (const [pattern, replacement] of transformerRules(family)) {
    const converted = name.replace(pattern, replacement);
    if (converted !== name) return converted;
  }
  return name;
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

/** Ends of fused weights: a LoRA of `to_q` covers a part of the rows of `qkv`. */
export const fusedParts = /_(?:qkv|linear1|in_proj)$/;

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
  [/^proj_out$/, 'final_layer_linear'],
  [/^norm_out_linear$/, 'final_layer_adaLN_modulation_1'],
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
