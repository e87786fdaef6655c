import { detectFamily, families, type ModelFamily } from './family.ts';
import type { ModelHeader } from './formats/tensor-list.ts';
import { looksLikeLora } from './lora-names.ts';

/**
 * The purpose of a model file: `checkpoint` (diffusion model together with its text encoder or VAE), `diffusion` (alone), `clip-l`,
 * `clip-g`, `clip` (text and image towers), `clip-vision`, `t5`, `llm`, `vae`, `tae` (tiny autoencoder), `controlnet`, `lora`, `upscaler`
 * (ESRGAN), `embedding`.
 */
export const modelKinds = [
  'checkpoint',
  'diffusion',
  'clip-l',
  'clip-g',
  'clip',
  'clip-vision',
  't5',
  'llm',
  'vae',
  'tae',
  'controlnet',
  'lora',
  'upscaler',
  'embedding',
  'unknown',
] as const;
export type ModelKind = (typeof modelKinds)[number];

export interface Identity {
  readonly kind: ModelKind;
  readonly family: ModelFamily | undefined;
}

/** Recognises kind and family by tensor names, as the engine does. Torch checkpoints list no tensors: 'unknown'. */
export function identify(header: ModelHeader): Identity {
  const names = header.tensors.map((tensor) => tensor.name);
  if (names.length === 0) return { kind: 'unknown', family: undefined };
  const all = names.join('\n');
  const only = (kind: ModelKind): Identity => ({ kind, family: undefined });

  if (looksLikeLora(names)) return only('lora');
  if (/^(?:conv_first\.weight|model\.0\.weight)$/m.test(all) && /^(?:body\.0\.rdb1|model\.1\.sub\.0\.RDB1)/m.test(all))
    return only('upscaler');
  if (/^(?:control_model\.|input_hint_block\.|controlnet_cond_embedding\.|controlnet_blocks\.)/m.test(all)) return only('controlnet');
  const family = detectFamily(header);
  if (family)
    return {
      kind: /^(?:cond_stage_model|conditioner|text_encoders|te|first_stage_model|vae)\./m.test(all) ? 'checkpoint' : 'diffusion',
      family,
    };
  if (names.length <= 8 && /^(?:emb_params|clip_l|clip_g|t5xxl|string_to_param|<.+>)/m.test(all)) return only('embedding');
  if (/(?:^|\.)(?:encoder|decoder)\.layers\.\d+\.(?:conv|weight)/m.test(all) || /^(?:taesd_)?(?:encoder|decoder)\.[01]\.weight$/m.test(all))
    return only('tae');
  return only(textOrVae(header, all));
}

function textOrVae(header: ModelHeader, all: string): ModelKind {
  if (/(?:^|\.)(?:SelfAttention\.q|DenseReluDense\.wi)/m.test(all) || /^enc\.blk\.0\./m.test(all)) return 't5';
  if (/^(?:.*\.)?(?:model|language_model)\.layers\.0\.self_attn\.q_proj\.weight$/m.test(all) || /^blk\.0\.attn_q\.weight$/m.test(all))
    return 'llm';
  const vision = all.includes('vision_model.') || all.includes('visual.');
  const text = all.includes('text_model.') || all.includes('text_projection') || /resblocks\.0\./.test(all);
  if (vision) return text ? 'clip' : 'clip-vision';
  if (text) {
    const table = header.tensors.find((tensor) => /token_embedding\.weight$/.test(tensor.name));
    return table?.shape.at(-1) === 1280 ? 'clip-g' : 'clip-l';
  }
  if (/(?:^|\.)(?:encoder|decoder)\.(?:conv_in|conv1)\.weight$/m.test(all) || /(?:^|\.)decoder\.up\.0\.block/m.test(all)) return 'vae';
  return 'unknown';
}

/** "SDXL checkpoint", "LoRA", … for messages. */
export function describeIdentity({ kind, family }: Identity): string {
  const names: Partial<Record<ModelKind, string>> = {
    lora: 'LoRA',
    vae: 'VAE',
    tae: 'tiny autoencoder',
    upscaler: 'ESRGAN upscaler',
    controlnet: 'ControlNet',
    t5: 'T5 text encoder',
    llm: 'language model',
  };
  const kindName = names[kind] ?? (kind === 'diffusion' ? 'diffusion model' : kind.startsWith('clip') ? `CLIP (${kind})` : kind);
  return family ? `${families[family]} ${kindName}` : kindName;
}
