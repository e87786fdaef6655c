import { defined } from '../../core/index.ts';
import { arrayAt, chosenVae, type JsonObject, lora, numberAt, objectAt, some, textAt, weights, wholeAt } from './json-fields.ts';
import type { PartialRecipe, Recipe } from './recipe.ts';
import { engineNames } from './sampler-names.ts';

/** Programs that write one flat object, or one text field per setting. One function per program. */

/** A list of texts: an array, one text, or the Python notation of a list. */
function textList(json: JsonObject, key: string): string[] {
  const items = arrayAt(json, key).filter((item) => typeof item === 'string');
  const one = textAt(json, key);
  if (items.length > 0 || one === undefined) return items;
  return /^\s*\[/.test(one) ? [...one.slice(0, 10_000).matchAll(/'([^']*)'|"([^"]*)"/g)].map((part) => part[1] ?? part[2] ?? '') : [one];
}

function numberList(json: JsonObject, key: string): number[] {
  const items = arrayAt(json, key);
  const one = json[key];
  const all = items.length > 0 ? items : typeof one === 'string' ? one.replace(/[[\]]/g, '').split(',') : [one];
  return all.map(Number);
}

function loraList(json: JsonObject, names: string, weightsKey: string): NonNullable<Recipe['loras']> {
  const given = numberList(json, weightsKey);
  return textList(json, names).flatMap((name, place) => {
    const weight = given[place];
    return lora(name, weight !== undefined && Number.isFinite(weight) ? weight : undefined);
  });
}

/** Easy Diffusion: a text chunk per setting in PNG, JSON in EXIF; its keys are the program's names or those of its forms. */
export function easyDiffusionRecipe(json: JsonObject): PartialRecipe {
  const strength = numberAt(json, 'prompt_strength', 'Prompt Strength');
  return defined<PartialRecipe>({
    mode: strength === undefined ? undefined : 'img2img',
    prompt: textAt(json, 'prompt', 'Prompt') ?? '',
    negativePrompt: textAt(json, 'negative_prompt', 'Negative Prompt'),
    seed: wholeAt(json, 0, 'seed', 'Seed'),
    steps: wholeAt(json, 0, 'num_inference_steps', 'Steps'),
    ...engineNames(textAt(json, 'sampler_name', 'Sampler'), textAt(json, 'scheduler_name', 'Scheduler')),
    cfgScale: numberAt(json, 'guidance_scale', 'Guidance Scale'),
    distilledGuidance: numberAt(json, 'distilled_guidance_scale', 'Distilled Guidance'),
    width: wholeAt(json, 1, 'width', 'Width'),
    height: wholeAt(json, 1, 'height', 'Height'),
    clipSkip: json['clip_skip'] === true || textAt(json, 'clip_skip', 'Clip Skip') === 'True' ? 2 : undefined,
    denoisingStrength: strength,
    model: weights(textAt(json, 'use_stable_diffusion_model', 'Stable Diffusion model')),
    vae: weights(chosenVae(textAt(json, 'use_vae_model', 'VAE model'))),
    loras: some('use_lora_model' in json ? loraList(json, 'use_lora_model', 'lora_alpha') : loraList(json, 'LoRA model', 'LoRA Strength')),
    software: 'Easy Diffusion',
  });
}

/** RuinedFooocus: LoRAs are [hash, "weight - name"]. */
export function ruinedFooocusRecipe(json: JsonObject): PartialRecipe {
  return defined<PartialRecipe>({
    prompt: textAt(json, 'Prompt', 'prompt') ?? '',
    negativePrompt: textAt(json, 'Negative', 'negative'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(textAt(json, 'sampler_name'), textAt(json, 'scheduler')),
    cfgScale: numberAt(json, 'cfg'),
    clipSkip: wholeAt(json, 1, 'clip_skip'),
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    model: weights(textAt(json, 'base_model_name'), textAt(json, 'base_model_hash')),
    loras: some(
      arrayAt(json, 'loras').flatMap((item) => {
        const [hash, text]: unknown[] = Array.isArray(item) ? item : [];
        const match = typeof text === 'string' ? /^([-\d.]{1,12}) - (.+)$/.exec(text) : null;
        return match === null ? [] : lora(match[2], Number(match[1]), typeof hash === 'string' ? hash : undefined);
      }),
    ),
    software: 'RuinedFooocus',
  });
}

/** mflux (Flux on Apple's MLX): its `guidance` is the distilled one for Flux, classifier-free for others. */
export function mfluxRecipe(json: JsonObject): PartialRecipe {
  const model = textAt(json, 'model');
  const isFlux = [model, textAt(json, 'base_model')].some((name) => /flux|^(?:dev|schnell|krea)/i.test(name ?? ''));
  const guidance = numberAt(json, 'guidance');
  const strength = numberAt(json, 'image_strength');
  return defined<PartialRecipe>({
    mode: textAt(json, 'image_path') === undefined ? undefined : 'img2img',
    prompt: textAt(json, 'prompt') ?? '',
    negativePrompt: textAt(json, 'negative_prompt'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(undefined, textAt(json, 'scheduler')),
    cfgScale: isFlux ? undefined : guidance,
    distilledGuidance: isFlux ? guidance : undefined,
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    // Its strength is the share of the given picture to keep.
    denoisingStrength: strength === undefined ? undefined : Math.round((1 - strength) * 1e6) / 1e6,
    model: weights(model),
    loras: some(loraList(json, 'lora_paths', 'lora_scales')),
    software: ['mflux', textAt(json, 'mflux_version')].filter((part) => part !== undefined).join(' '),
  });
}

/** Stability Matrix (`parameters-json`), for files without infotext. */
export function stabilityMatrixRecipe(json: JsonObject): PartialRecipe {
  const sampler = textAt(json, 'Sampler') ?? textAt(objectAt(json, 'Sampler'), 'Name');
  return defined<PartialRecipe>({
    prompt: textAt(json, 'PositivePrompt') ?? '',
    negativePrompt: textAt(json, 'NegativePrompt'),
    seed: wholeAt(json, 0, 'Seed'),
    steps: wholeAt(json, 0, 'Steps'),
    ...engineNames(sampler, textAt(json, 'Scheduler')),
    cfgScale: numberAt(json, 'CfgScale'),
    width: wholeAt(json, 1, 'Width'),
    height: wholeAt(json, 1, 'Height'),
    model: weights(textAt(json, 'ModelName'), textAt(json, 'ModelHash')),
    software: 'Stability Matrix',
  });
}
