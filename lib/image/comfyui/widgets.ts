import { arrayAt, asObject, type JsonObject, textAt } from '../recipes/json-fields.ts';

/** Inputs of common nodes by the order of their widgets, for older files that contain only the editor's `workflow`. */
const widgetOrder: Record<string, readonly string[]> = {
  KSampler: ['seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: ['add_noise', 'noise_seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'start_at_step', 'end_at_step'],
  SamplerCustom: ['add_noise', 'noise_seed', 'cfg'],
  'KSampler (Efficient)': ['seed', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  CFGGuider: ['cfg'],
  CLIPTextEncode: ['text'],
  CLIPTextEncodeSDXL: ['width', 'height', 'crop_w', 'crop_h', 'target_width', 'target_height', 'text_g', 'text_l'],
  CLIPTextEncodeSDXLRefiner: ['ascore', 'width', 'height', 'text'],
  CLIPTextEncodeFlux: ['clip_l', 't5xxl', 'guidance'],
  CheckpointLoaderSimple: ['ckpt_name'],
  UNETLoader: ['unet_name'],
  UnetLoaderGGUF: ['unet_name'],
  VAELoader: ['vae_name'],
  LoraLoader: ['lora_name', 'strength_model', 'strength_clip'],
  LoraLoaderModelOnly: ['lora_name', 'strength_model'],
  'CR LoRA Stack': [1, 2, 3].flatMap((n) => [`switch_${n}`, `lora_name_${n}`, `model_weight_${n}`, `clip_weight_${n}`]),
  'Lora Loader Stack (rgthree)': [1, 2, 3, 4].flatMap((n) => [`lora_0${n}`, `strength_0${n}`]),
  'Efficient Loader': [
    'ckpt_name',
    'vae_name',
    'clip_skip',
    'lora_name',
    'lora_model_strength',
    'lora_clip_strength',
    'positive',
    'negative',
    'token_normalization',
    'weight_interpretation',
    'empty_latent_width',
    'empty_latent_height',
  ],
  CLIPSetLastLayer: ['stop_at_clip_layer'],
  EmptyLatentImage: ['width', 'height', 'batch_size'],
  EmptySD3LatentImage: ['width', 'height', 'batch_size'],
  LatentUpscale: ['upscale_method', 'width', 'height'],
  UpscaleModelLoader: ['model_name'],
  ModelSamplingSD3: ['shift'],
  ModelSamplingAuraFlow: ['shift'],
  FluxGuidance: ['guidance'],
  RandomNoise: ['noise_seed'],
  KSamplerSelect: ['sampler_name'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
  StringConcatenate: ['string_a', 'string_b', 'delimiter'],
  ImpactWildcardProcessor: ['wildcard_text', 'populated_text'],
  ImpactWildcardEncode: ['wildcard_text', 'populated_text'],
};

/** The widget after a seed: what the editor does with the seed after a run. */
const afterGenerate: readonly unknown[] = ['fixed', 'randomize', 'increment', 'decrement', 'increment-wrap'];
const isSeed = (name: string | undefined): boolean => name === 'seed' || name === 'noise_seed';

/** Names of a node's widgets. Newer editors list every widget among the inputs, older ones only those converted to inputs. */
function widgetNames(type: string, node: JsonObject, count: number): readonly string[] {
  const listed = arrayAt(node, 'inputs').flatMap((entry) => {
    const name = textAt(asObject(asObject(entry)?.['widget']), 'name');
    return name === undefined ? [] : [name];
  });
  const known = Object.hasOwn(widgetOrder, type) ? (widgetOrder[type] ?? []) : [];
  return known.length > 0 && listed.length < known.length ? known : listed.length > 0 && listed.length + 2 >= count ? listed : known;
}

/** The values of a node's widgets by the names of their inputs. */
export function widgetInputs(type: string, node: JsonObject): [string, unknown][] {
  const byName = asObject(node['widgets_values']);
  if (byName !== undefined) return Object.entries(byName).slice(0, 500);
  const values = arrayAt(node, 'widgets_values').slice(0, 500);
  const names = widgetNames(type, node, values.length);
  const inputs: [string, unknown][] = [];
  for (const value of values) {
    const last = inputs.at(-1)?.[0];
    // rgthree's loader has one object per LoRA, without names.
    if (asObject(value) !== undefined) inputs.push([`lora_${inputs.length + 1}`, value]);
    else if (isSeed(last) && (afterGenerate.includes(value) || value === null)) continue;
    else {
      const name = names[inputs.length];
      if (name !== undefined) inputs.push([name, value]);
    }
  }
  const texts = values.filter((value) => typeof value === 'string');
  // An unknown node with a single text: notes, prompts, strings of node packs.
  if (inputs.length === 0 && texts.length === 1) inputs.push(['text', texts[0]]);
  const only = values.length === 1 || afterGenerate.includes(values[1]);
  if (inputs.length === 0 && only && typeof values[0] === 'number') inputs.push(['value', values[0]]);
  return inputs;
}
