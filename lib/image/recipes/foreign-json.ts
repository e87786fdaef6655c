import { defined } from '../../core/index.ts';
import {
  arrayAt,
  asObject,
  chosen,
  chosenVae,
  type JsonObject,
  lora,
  numberAt,
  objectAt,
  sizeOf,
  some,
  textAt,
  weights,
  weightsName,
  wholeAt,
} from './json-fields.ts';
import type { PartialRecipe, Recipe } from './recipe.ts';
import { engineNames } from './sampler-names.ts';

/** Programs that write their settings as one JSON object, and their names of the fields. One function per program. */

/** InvokeAI 3 to 6 (`invokeai_metadata`): models are {model_name} in 3.x, {name, hash, key} since 4. Skipped CLIP layers count from 0. */
export function invokeRecipe(json: JsonObject): PartialRecipe {
  const model = objectAt(json, 'model');
  const vae = objectAt(json, 'vae');
  const skipped = wholeAt(json, 0, 'clip_skip');
  const mode = textAt(json, 'generation_mode');
  const version = textAt(json, 'app_version');
  const control = asObject(arrayAt(json, 'controlnets')[0]);
  const controlModel = objectAt(control, 'control_model');
  const controlName = textAt(controlModel, 'name', 'model_name');
  return defined<PartialRecipe>({
    mode: mode?.includes('inpaint') || mode?.includes('outpaint') ? 'inpaint' : mode?.includes('img2img') ? 'img2img' : undefined,
    prompt: textAt(json, 'positive_prompt'),
    negativePrompt: textAt(json, 'negative_prompt'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps', 'num_steps'),
    ...engineNames(textAt(json, 'scheduler')),
    cfgScale: numberAt(json, 'cfg_scale'),
    distilledGuidance: numberAt(json, 'guidance'),
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    clipSkip: skipped === undefined ? undefined : skipped + 1,
    denoisingStrength: numberAt(json, 'strength'),
    model: weights(textAt(model, 'name', 'model_name') ?? textAt(json, 'model'), textAt(model, 'hash')),
    vae: weights(textAt(vae, 'name', 'model_name'), textAt(vae, 'hash')),
    loras: some(
      arrayAt(json, 'loras').flatMap((item) => {
        const entry = asObject(item);
        const file = objectAt(entry, 'model') ?? objectAt(entry, 'lora');
        return lora(textAt(file, 'name', 'model_name'), numberAt(entry, 'weight'), textAt(file, 'hash'));
      }),
    ),
    controlNet:
      controlName === undefined
        ? undefined
        : defined<NonNullable<Recipe['controlNet']>>({
            name: controlName,
            hash: textAt(controlModel, 'hash'),
            strength: numberAt(control, 'control_weight'),
          }),
    software: version === undefined ? 'InvokeAI' : `InvokeAI ${version}`,
  });
}

/** A prompt with negative parts in brackets, as in InvokeAI up to version 2. */
export function bracketNegatives(text: string): { prompt: string; negative: string | undefined } {
  const negative: string[] = [];
  const prompt = text.replace(/\[([^[\]]{0,10000})\]/g, (_, inner: string) => {
    negative.push(inner);
    return '';
  });
  return { prompt: prompt.trim(), negative: negative.length > 0 ? negative.join(' ') : undefined };
}

/** InvokeAI 2 (`sd-metadata`): the negative prompt is in brackets inside the prompt. */
export function oldInvokeRecipe(json: JsonObject): PartialRecipe {
  const image = objectAt(json, 'image');
  const prompts = arrayAt(image, 'prompt').map((part) => textAt(asObject(part), 'prompt') ?? '');
  const whole = textAt(image, 'prompt') ?? prompts.join(' ');
  const { prompt, negative } = bracketNegatives(whole);
  const version = textAt(json, 'app_version');
  return defined<PartialRecipe>({
    mode: textAt(image, 'type') === 'img2img' ? 'img2img' : undefined,
    prompt,
    negativePrompt: negative,
    seed: wholeAt(image, 0, 'seed'),
    steps: wholeAt(image, 0, 'steps'),
    ...engineNames(textAt(image, 'sampler')),
    cfgScale: numberAt(image, 'cfg_scale'),
    width: wholeAt(image, 1, 'width'),
    height: wholeAt(image, 1, 'height'),
    denoisingStrength: numberAt(image, 'strength'),
    model: weights(textAt(json, 'model_weights'), textAt(json, 'model_hash')),
    software: version === undefined ? 'InvokeAI' : `InvokeAI ${version}`,
  });
}

/** NovelAI: `Comment` contains the settings, `Description` the prompt, `Source` the model. Since V4 characters have their own prompts. */
export function novelRecipe(json: JsonObject, texts: JsonObject): PartialRecipe {
  const caption = (key: string): string | undefined => {
    const part = objectAt(objectAt(json, key), 'caption');
    const characters = arrayAt(part, 'char_captions').map((item) => textAt(asObject(item), 'char_caption'));
    const all = [textAt(part, 'base_caption'), ...characters].filter((text) => text !== undefined);
    return all.length > 0 ? all.join(' | ') : undefined;
  };
  const source = textAt(texts, 'Source');
  const type = textAt(json, 'request_type');
  const mode = type?.startsWith('Img2Img') ? 'img2img' : type === 'NativeInfillingRequest' ? 'inpaint' : undefined;
  return defined<PartialRecipe>({
    mode,
    prompt: caption('v4_prompt') ?? textAt(json, 'prompt') ?? textAt(texts, 'Description'),
    negativePrompt: caption('v4_negative_prompt') ?? textAt(json, 'uc'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(textAt(json, 'sampler'), textAt(json, 'noise_schedule')),
    cfgScale: numberAt(json, 'scale'),
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    // Written for every picture, but only used with a given picture.
    denoisingStrength: mode === undefined ? undefined : numberAt(json, 'strength'),
    model: source === undefined ? undefined : { name: source },
    software: 'NovelAI',
  });
}

/** Fooocus' LoRAs: [name, weight, hash], or in its log and in MRE one field each, "name : weight". */
function fooocusLoras(json: JsonObject): NonNullable<Recipe['loras']> {
  const listed = arrayAt(json, 'loras').flatMap((item) => {
    const [name, weight, hash]: unknown[] = Array.isArray(item) ? item : [];
    return typeof name === 'string'
      ? lora(name, typeof weight === 'number' ? weight : undefined, typeof hash === 'string' ? hash : undefined)
      : [];
  });
  if (listed.length > 0) return listed;
  return Object.entries(json).flatMap(([key, value]) => {
    const match = /^lora(?:_combined_| )\d{1,2}$/i.test(key) && typeof value === 'string' ? /^(.+?) : ([-\d.]{1,12})$/.exec(value) : null;
    return match === null ? [] : lora(match[1], Number(match[2]));
  });
}

/** Fooocus, scheme "fooocus", and MRE: `resolution` is the text "(1152, 896)". */
export function fooocusRecipe(json: JsonObject): PartialRecipe {
  const size = sizeOf(textAt(json, 'resolution', 'Resolution'));
  return defined<PartialRecipe>({
    prompt: textAt(json, 'prompt', 'Prompt') ?? arrayAt(json, 'full_prompt').find((part) => typeof part === 'string'),
    negativePrompt: textAt(json, 'negative_prompt', 'Negative Prompt'),
    seed: wholeAt(json, 0, 'seed', 'Seed'),
    steps: wholeAt(json, 0, 'steps', 'Steps'),
    ...engineNames(textAt(json, 'sampler', 'Sampler', 'sampler_name'), textAt(json, 'scheduler', 'Scheduler')),
    cfgScale: numberAt(json, 'guidance_scale', 'Guidance Scale', 'cfg', 'cfg_scale'),
    clipSkip: wholeAt(json, 1, 'clip_skip', 'CLIP Skip'),
    width: size?.width ?? wholeAt(json, 1, 'width'),
    height: size?.height ?? wholeAt(json, 1, 'height'),
    model: weights(textAt(json, 'base_model', 'Base Model', 'base_model_name'), textAt(json, 'base_model_hash')),
    vae: weights(chosenVae(textAt(json, 'vae', 'VAE'))),
    loras: some(fooocusLoras(json)),
    software: textAt(json, 'version', 'Version', 'software') ?? 'Fooocus',
  });
}

/** SwarmUI: `sui_image_params`, and `sui_models` with the hash of each file by its parameter. */
export function swarmRecipe(json: JsonObject): PartialRecipe {
  const params = objectAt(json, 'sui_image_params');
  const files = arrayAt(json, 'sui_models').map(asObject);
  const hash = (name: string | undefined): string | undefined => {
    const file = name === undefined ? undefined : files.find((entry) => weightsName(textAt(entry, 'name') ?? '') === weightsName(name));
    return textAt(file, 'hash')?.replace(/^0x/, '');
  };
  // Lists were comma-separated texts once and are arrays since 0.9.
  const list = (key: string): string[] => {
    const items = arrayAt(params, key).map(String);
    return items.length > 0 ? items : (textAt(params, key)?.split(',') ?? []);
  };
  const loraWeights = list('loraweights').map(Number);
  const model = textAt(params, 'model');
  const vae = textAt(params, 'vae');
  const version = textAt(params, 'swarm_version');
  const layer = wholeAt(params, -24, 'clipstopatlayer');
  const creativity = numberAt(params, 'initimagecreativity');
  const scale = numberAt(params, 'refinerupscale');
  return defined<PartialRecipe>({
    mode: creativity === undefined ? undefined : 'img2img',
    prompt: textAt(params, 'prompt'),
    negativePrompt: textAt(params, 'negativeprompt'),
    seed: wholeAt(params, 0, 'seed'),
    steps: wholeAt(params, 0, 'steps'),
    ...engineNames(textAt(params, 'sampler', 'comfyuisampler'), textAt(params, 'scheduler', 'comfyuischeduler')),
    cfgScale: numberAt(params, 'cfgscale'),
    distilledGuidance: numberAt(params, 'fluxguidancescale'),
    clipSkip: layer === undefined ? undefined : Math.abs(layer),
    width: wholeAt(params, 1, 'width'),
    height: wholeAt(params, 1, 'height'),
    denoisingStrength: creativity,
    model: weights(model, hash(model)),
    vae: chosenVae(vae) === undefined ? undefined : weights(vae, hash(vae)),
    hires:
      scale === undefined || scale <= 1
        ? undefined
        : defined<NonNullable<Recipe['hires']>>({
            scale,
            upscaler: chosen(textAt(params, 'refinerupscalemethod')),
            steps: wholeAt(params, 0, 'refinersteps'),
            denoisingStrength: numberAt(params, 'refinercontrolpercentage'),
          }),
    loras: some(
      list('loras').flatMap((name, place) => lora(name.trim(), Number.isFinite(loraWeights[place]) ? loraWeights[place] : 1, hash(name))),
    ),
    software: version === undefined ? 'SwarmUI' : `SwarmUI ${version}`,
  });
}

/** stable-diffusion.cpp's own record, schema "sdcpp.image.params/v1": it uses the engine's names. */
export function sdcppRecipe(json: JsonObject): PartialRecipe {
  const sampling = objectAt(json, 'sampling');
  const guidance = objectAt(sampling, 'guidance');
  const models = objectAt(json, 'models');
  const generator = objectAt(json, 'generator');
  const hires = objectAt(json, 'hires');
  const prompt = objectAt(json, 'prompt');
  const sigmas = arrayAt(sampling, 'custom_sigmas').filter((item) => typeof item === 'number');
  return defined<PartialRecipe>({
    prompt: textAt(prompt, 'positive') ?? '',
    negativePrompt: textAt(prompt, 'negative'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(sampling, 0, 'steps'),
    ...engineNames(textAt(sampling, 'method'), textAt(sampling, 'scheduler')),
    sigmas: some(sigmas),
    cfgScale: numberAt(guidance, 'txt_cfg'),
    imageCfgScale: numberAt(guidance, 'img_cfg'),
    distilledGuidance: numberAt(guidance, 'distilled_guidance'),
    eta: numberAt(sampling, 'eta'),
    flowShift: numberAt(sampling, 'flow_shift'),
    clipSkip: wholeAt(json, 1, 'clip_skip'),
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    model: weights(textAt(models, 'model', 'diffusion_model')),
    vae: weights(textAt(models, 'vae', 'taesd')),
    loras: some(
      arrayAt(json, 'loras').flatMap((item) => {
        const entry = asObject(item);
        return lora(textAt(entry, 'name'), numberAt(entry, 'multiplier'));
      }),
    ),
    hires:
      hires === undefined
        ? undefined
        : defined<NonNullable<Recipe['hires']>>({
            upscaler: textAt(hires, 'upscaler'),
            scale: numberAt(hires, 'scale'),
            steps: wholeAt(hires, 0, 'steps'),
            denoisingStrength: numberAt(hires, 'denoising_strength'),
          }),
    rng: textAt(json, 'rng'),
    engine: [textAt(generator, 'name'), textAt(generator, 'version')].filter((part) => part !== undefined).join(' ') || undefined,
  });
}

/** Draw Things: JSON in XMP exif:UserComment; `c` prompt, `uc` negative prompt. */
export function drawThingsRecipe(json: JsonObject): PartialRecipe {
  const size = sizeOf(textAt(json, 'size'));
  const strength = numberAt(json, 'strength');
  return defined<PartialRecipe>({
    mode: strength !== undefined && strength < 1 ? 'img2img' : undefined,
    prompt: textAt(json, 'c') ?? '',
    negativePrompt: textAt(json, 'uc'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(textAt(json, 'sampler')),
    cfgScale: numberAt(json, 'scale'),
    flowShift: numberAt(json, 'shift'),
    width: size?.width,
    height: size?.height,
    denoisingStrength: strength,
    model: weights(textAt(json, 'model')),
    loras: some(
      arrayAt(json, 'lora').flatMap((item) => {
        const entry = asObject(item);
        return lora(textAt(entry, 'model'), numberAt(entry, 'weight'));
      }),
    ),
    software: 'Draw Things',
  });
}
