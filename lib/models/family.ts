import type { ModelHeader, TensorInfo } from './formats/tensor-list.ts';

/**
 * Families of diffusion models, with the engine's name for each (model_version_to_str in stable-diffusion.cpp). The video families are
 * recognised so that the message can name them.
 */
export const families = {
  sd1: 'SD 1.x',
  'sd1-inpaint': 'SD 1.x Inpaint',
  'instruct-pix2pix': 'Instruct-Pix2Pix',
  'sd1-tiny-unet': 'SD 1.x Tiny UNet',
  sd2: 'SD 2.x',
  'sd2-inpaint': 'SD 2.x Inpaint',
  'sd2-tiny-unet': 'SD 2.x Tiny UNet',
  'sdxs-512': 'SDXS (512-DS)',
  'sdxs-09': 'SDXS (09)',
  sdxl: 'SDXL',
  'sdxl-inpaint': 'SDXL Inpaint',
  'sdxl-pix2pix': 'SDXL Instruct-Pix2Pix',
  'sdxl-vega': 'SDXL (Vega)',
  'sdxl-ssd1b': 'SDXL (SSD1B)',
  svd: 'SVD',
  sd3: 'SD3.x',
  flux: 'Flux',
  'flux-fill': 'Flux Fill',
  'flux-control': 'Flux Control',
  flex2: 'Flex.2',
  'chroma-radiance': 'Chroma Radiance',
  /** Chroma has Flux's tensors without the modulation layers; the engine calls both "Flux". */
  chroma: 'Flux',
  wan2: 'Wan 2.x',
  'wan2.2-i2v': 'Wan 2.2 I2V',
  'wan2.2-ti2v': 'Wan 2.2 TI2V',
  'qwen-image': 'Qwen Image',
  anima: 'Anima',
  flux2: 'Flux.2',
  'flux2-klein': 'Flux.2 klein',
  ltxav: 'LTXAV',
  'hidream-o1': 'HiDream O1',
  'z-image': 'Z-Image',
  'ovis-image': 'Ovis Image',
  'ernie-image': 'Ernie Image',
  lens: 'Lens',
  'longcat-image': 'Longcat-Image',
  pid: 'PiD',
  ideogram4: 'Ideogram 4',
} as const;
export type ModelFamily = keyof typeof families;

/** Families whose LoRA and checkpoint names follow the UNet of Stable Diffusion. */
export const isUnetFamily = (family: ModelFamily | undefined): boolean =>
  family !== undefined && /^(?:sd1|sd2|sdxs|sdxl|instruct-pix2pix)/.test(family);

const root = 'model.diffusion_model.';

interface NameIndex {
  readonly names: ReadonlyMap<string, TensorInfo>;
  has(part: string): boolean;
}

function indexNames(tensors: readonly TensorInfo[], prefix: string): NameIndex {
  const names = new Map(tensors.map((tensor) => [tensor.name.startsWith(prefix) ? tensor.name : `${prefix}${tensor.name}`, tensor]));
  const all = [...names.keys()].join('\n');
  return { names, has: (part) => all.includes(part) };
}

/** Families recognisable by one tensor name, in the engine's order (ModelLoader::get_sd_version). */
const marks: readonly [family: ModelFamily, parts: readonly string[]][] = [
  ['pid', [`${root}net.lq_proj.latent_proj.0.weight`]],
  ['ideogram4', ['embed_image_indicator.weight']],
  ['chroma-radiance', [`${root}nerf_final_layer_conv.`]],
  ['sd3', [`${root}joint_blocks.`]],
  ['hidream-o1', ['model.x_embedder.proj1.weight', 'model.language_model.layers.0.self_attn.q_proj.weight']],
  ['lens', [`${root}transformer_blocks.0.attn.norm_added_q.weight`, `${root}transformer_blocks.0.img_mlp.w1.weight`]],
  ['qwen-image', [`${root}transformer_blocks.0.img_mod.1.weight`]],
  ['anima', ['llm_adapter.blocks.0.cross_attn.q_proj.weight']],
  ['ovis-image', [`${root}double_blocks.0.img_mlp.gate_proj.weight`]],
  ['z-image', [`${root}cap_embedder.0.weight`]],
  ['ernie-image', [`${root}layers.0.adaLN_sa_ln.weight`]],
  ['ltxav', [`${root}adaln_single.emb.timestep_embedder.linear_1.bias`]],
  ['svd', [`${root}input_blocks.8.0.time_mixer.mix_factor`]],
];

/**
 * The family of a diffusion model by its tensor names and a few sizes, following the engine. A bare diffusion model (names without
 * "model.diffusion_model.") is recognised too. undefined if it is no diffusion model, or one this engine does not know.
 */
export function detectFamily(header: ModelHeader): ModelFamily | undefined {
  return detectIn(indexNames(header.tensors, '')) ?? detectIn(indexNames(header.tensors, root));
}

function detectIn(index: NameIndex): ModelFamily | undefined {
  for (const [family, parts] of marks) if (parts.every((part) => index.has(part))) return family;
  if (index.has(`${root}blocks.0.cross_attn.norm_k.weight`)) return detectWan(index);
  if (index.has(`${root}double_blocks.`) || index.has(`${root}single_transformer_blocks.`)) return detectFlux(index);
  if (index.has(`${root}input_blocks.`) || index.has('unet.down_blocks.')) return detectUnet(index);
  return undefined;
}

/** Size of dimension `ne` in ggml's order (0 = fastest, the last of `shape`). */
function size(index: NameIndex, ne: number, ...names: string[]): number | undefined {
  for (const name of names) {
    const tensor = index.names.get(name);
    if (tensor) return tensor.shape[tensor.shape.length - 1 - ne] ?? 1;
  }
  return undefined;
}

function detectWan(index: NameIndex): ModelFamily {
  const channels = (size(index, 3, `${root}patch_embedding.weight`) ?? 0) * (size(index, 4, `${root}patch_embedding.weight`) ?? 1);
  if (index.has(`${root}img_emb`)) return 'wan2';
  return channels === 184_320 ? 'wan2.2-i2v' : channels === 147_456 ? 'wan2.2-ti2v' : 'wan2';
}

function detectFlux(index: NameIndex): ModelFamily {
  if (index.has(`${root}double_stream_modulation_img.lin.weight`))
    return index.has('single_blocks.47.linear1.weight') ? 'flux2' : 'flux2-klein';
  if (size(index, 0, `${root}txt_in.weight`, `${root}context_embedder.weight`) === 3584) return 'longcat-image';
  const input = size(index, 0, `${root}img_in.weight`);
  if (input === 384) return 'flux-fill';
  if (input === 128) return 'flux-control';
  if (input === 196) return 'flex2';
  return index.has(`${root}distilled_guidance_layer.`) ? 'chroma' : 'flux';
}

const tokenTables = [
  'cond_stage_model.transformer.text_model.embeddings.token_embedding.weight',
  'cond_stage_model.model.token_embedding.weight',
  'text_model.embeddings.token_embedding.weight',
  'te.text_model.embeddings.token_embedding.weight',
  'conditioner.embedders.0.model.token_embedding.weight',
  'conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight',
];

function detectUnet(index: NameIndex): ModelFamily {
  const channels = size(index, 2, `${root}input_blocks.0.0.weight`, 'unet.conv_in.weight');
  const inpaint = channels === 9;
  const edit = channels === 8;
  const middle = index.has(`${root}middle_block.1.`) || index.has('unet.mid_block.resnets.1.');
  const width = size(index, 0, ...tokenTables) ?? contextWidth(index);
  // A bare SDXL UNet has no text encoders to recognise it by, but its cross-attention reads 2048 values and it has a label embedding.
  if (index.has('conditioner.embedders.1') || index.has('cond_stage_model.1') || index.has('te.1.') || width === 2048) {
    if (inpaint) return 'sdxl-inpaint';
    if (edit) return 'sdxl-pix2pix';
    if (middle) return 'sdxl';
    return index.has(`${root}output_blocks.3.1.transformer_blocks.1`) || index.has('unet.up_blocks.1.attentions.0.transformer_blocks.1')
      ? 'sdxl-ssd1b'
      : 'sdxl-vega';
  }
  if (width === 1024) {
    if (inpaint) return 'sd2-inpaint';
    if (middle) return 'sd2';
    return size(index, 0, `${root}output_blocks.7.1.transformer_blocks.0.attn1.to_k.weight`) === 1024 ? 'sdxs-09' : 'sd2-tiny-unet';
  }
  if (inpaint) return 'sd1-inpaint';
  if (edit) return 'instruct-pix2pix';
  if (middle) return 'sd1';
  return index.has(`${root}output_blocks.7.1`) || index.has('unet.up_blocks.2.attentions.1') ? 'sd1-tiny-unet' : 'sdxs-512';
}

/** Width of the text states the first cross-attention reads. */
function contextWidth(index: NameIndex): number | undefined {
  for (const [name, tensor] of index.names) if (name.endsWith('.attn2.to_k.weight')) return tensor.shape.at(-1);
  return undefined;
}
