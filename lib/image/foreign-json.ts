import { defined } from './infotext.ts';
import { arrayAt, asObject, type JsonObject, numberAt, objectAt, textAt, weightsName, wholeAt } from './json-fields.ts';
import type { PartialRecipe, Recipe } from './recipe.ts';
import { engineNames } from './sampler-names.ts';

/** Programs that write their settings as one JSON object: what they call the fields. One function per program. */

type Weights = NonNullable<Recipe['model']>;
type Lora = NonNullable<Recipe['loras']>[number];

function weights(name: string | undefined, hash?: string): Weights | undefined {
  return name === undefined ? undefined : defined<Weights>({ name: weightsName(name), hash });
}

function lora(name: string | undefined, weight: number | undefined, hash?: string): Lora[] {
  return name === undefined ? [] : [defined<Lora>({ name: weightsName(name), hash, weight: weight ?? 1 })];
}

function some<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** InvokeAI 3+ (`invokeai_metadata`): models are {model_name} in 3.x, {name, hash, key} since 4. Skipped CLIP layers count from 0. */
export function invokeRecipe(json: JsonObject): PartialRecipe {
  const model = objectAt(json, 'model');
  const vae = objectAt(json, 'vae');
  const skipped = wholeAt(json, 0, 'clip_skip');
  const mode = textAt(json, 'generation_mode');
  const version = textAt(json, 'app_version');
  return defined<PartialRecipe>({
    mode: mode?.includes('inpaint') || mode?.includes('outpaint') ? 'inpaint' : mode?.includes('img2img') ? 'img2img' : undefined,
    prompt: textAt(json, 'positive_prompt'),
    negativePrompt: textAt(json, 'negative_prompt'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(textAt(json, 'scheduler')),
    cfgScale: numberAt(json, 'cfg_scale'),
    distilledGuidance: numberAt(json, 'guidance'),
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    clipSkip: skipped === undefined ? undefined : skipped + 1,
    denoisingStrength: numberAt(json, 'strength'),
    model: weights(textAt(model, 'name', 'model_name'), textAt(model, 'hash')),
    vae: weights(textAt(vae, 'name', 'model_name'), textAt(vae, 'hash')),
    loras: some(
      arrayAt(json, 'loras').flatMap((item) => {
        const entry = asObject(item);
        const file = objectAt(entry, 'model') ?? objectAt(entry, 'lora');
        return lora(textAt(file, 'name', 'model_name'), numberAt(entry, 'weight'), textAt(file, 'hash'));
      }),
    ),
    software: version === undefined ? 'InvokeAI' : `InvokeAI ${version}`,
  });
}

/** InvokeAI 2 (`sd-metadata`): the negative prompt stands in brackets inside the prompt. */
export function oldInvokeRecipe(json: JsonObject): PartialRecipe {
  const image = objectAt(json, 'image');
  const prompts = arrayAt(image, 'prompt').map((part) => textAt(asObject(part), 'prompt') ?? '');
  const whole = textAt(image, 'prompt') ?? prompts.join(' ');
  const negative: string[] = [];
  const prompt = whole.replace(/\[([^[\]]*)\]/g, (_, inner: string) => {
    negative.push(inner);
    return '';
  });
  const version = textAt(json, 'app_version');
  return defined<PartialRecipe>({
    mode: textAt(image, 'type') === 'img2img' ? 'img2img' : undefined,
    prompt: prompt.trim(),
    negativePrompt: negative.length > 0 ? negative.join(' ') : undefined,
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

/** NovelAI: `Comment` holds the settings, `Description` the prompt, `Source` the model. Since V4 characters have prompts of their own. */
export function novelRecipe(json: JsonObject, texts: ReadonlyMap<string, string>): PartialRecipe {
  const caption = (key: string): string | undefined => {
    const part = objectAt(objectAt(json, key), 'caption');
    const characters = arrayAt(part, 'char_captions').map((item) => textAt(asObject(item), 'char_caption'));
    const all = [textAt(part, 'base_caption'), ...characters].filter((text) => text !== undefined);
    return all.length > 0 ? all.join(' | ') : undefined;
  };
  const source = texts.get('Source');
  const type = textAt(json, 'request_type');
  return defined<PartialRecipe>({
    mode: type?.startsWith('Img2Img') ? 'img2img' : type === 'NativeInfillingRequest' ? 'inpaint' : undefined,
    prompt: caption('v4_prompt') ?? textAt(json, 'prompt') ?? texts.get('Description'),
    negativePrompt: caption('v4_negative_prompt') ?? textAt(json, 'uc'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(textAt(json, 'sampler'), textAt(json, 'noise_schedule')),
    cfgScale: numberAt(json, 'scale'),
    width: wholeAt(json, 1, 'width'),
    height: wholeAt(json, 1, 'height'),
    denoisingStrength: numberAt(json, 'strength'),
    model: source === undefined ? undefined : { name: source },
    software: 'NovelAI',
  });
}

/** Fooocus, scheme "fooocus": `resolution` is the text "(1152, 896)", LoRAs are [name, weight, hash]. */
export function fooocusRecipe(json: JsonObject): PartialRecipe {
  const resolution = /^\(?\s*(\d{1,6})\s*[,x×]\s*(\d{1,6})\s*\)?$/.exec(textAt(json, 'resolution', 'Resolution') ?? '');
  return defined<PartialRecipe>({
    prompt: textAt(json, 'prompt', 'Prompt') ?? arrayAt(json, 'full_prompt').find((part) => typeof part === 'string'),
    negativePrompt: textAt(json, 'negative_prompt', 'Negative Prompt'),
    seed: wholeAt(json, 0, 'seed', 'Seed'),
    steps: wholeAt(json, 0, 'steps', 'Steps'),
    ...engineNames(textAt(json, 'sampler', 'Sampler'), textAt(json, 'scheduler', 'Scheduler')),
    cfgScale: numberAt(json, 'guidance_scale', 'Guidance Scale'),
    clipSkip: wholeAt(json, 1, 'clip_skip'),
    width: resolution === null ? undefined : Math.max(1, Number(resolution[1])),
    height: resolution === null ? undefined : Math.max(1, Number(resolution[2])),
    model: weights(textAt(json, 'base_model', 'Base Model'), textAt(json, 'base_model_hash')),
    vae: weights(textAt(json, 'vae')),
    loras: some(
      arrayAt(json, 'loras').flatMap((item) => {
        const [name, weight, hash]: unknown[] = Array.isArray(item) ? item : [];
        return typeof name === 'string'
          ? lora(name, typeof weight === 'number' ? weight : undefined, typeof hash === 'string' ? hash : undefined)
          : [];
      }),
    ),
    software: textAt(json, 'version') ?? 'Fooocus',
  });
}

/** SwarmUI: `sui_image_params`, and `sui_models` with the hash of each file by the parameter that named it. */
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
  return defined<PartialRecipe>({
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
    denoisingStrength: numberAt(params, 'initimagecreativity'),
    model: weights(model, hash(model)),
    vae: vae === 'None' || vae === 'Automatic' ? undefined : weights(vae, hash(vae)),
    loras: some(
      list('loras').flatMap((name, place) => lora(name.trim(), Number.isFinite(loraWeights[place]) ? loraWeights[place] : 1, hash(name))),
    ),
    software: version === undefined ? 'SwarmUI' : `SwarmUI ${version}`,
  });
}

/** stable-diffusion.cpp's own record, schema "sdcpp.image.params/v1": the engine's names already. */
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
  const size = /^(\d{1,6})x(\d{1,6})$/.exec(textAt(json, 'size') ?? '');
  return defined<PartialRecipe>({
    prompt: textAt(json, 'c') ?? '',
    negativePrompt: textAt(json, 'uc'),
    seed: wholeAt(json, 0, 'seed'),
    steps: wholeAt(json, 0, 'steps'),
    ...engineNames(textAt(json, 'sampler')),
    cfgScale: numberAt(json, 'scale'),
    flowShift: numberAt(json, 'shift'),
    width: size === null ? undefined : Math.max(1, Number(size[1])),
    height: size === null ? undefined : Math.max(1, Number(size[2])),
    denoisingStrength: numberAt(json, 'strength'),
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
