import { defined } from '../../core/index.ts';
import {
  arrayAt,
  asObject,
  chosenVae,
  type JsonObject,
  lora,
  numberAt,
  parseObject,
  sizeOf,
  some,
  textAt,
  weights,
  wholeAt,
} from '../recipes/json-fields.ts';
import type { PartialRecipe, Recipe } from '../recipes/recipe.ts';
import { engineNames } from '../recipes/sampler-names.ts';
import { carriesAnything, type Graph, inputOf, linked, maxNodes, type Node, readGraph, upstream } from './graph.ts';
import { lorasOf } from './loras.ts';
import { Prompts } from './prompts.ts';
import { Values } from './values.ts';
import { readWorkflow } from './workflow.ts';

/** Reads the recipe of a ComfyUI graph by following the links of its sampler. */

const maxStarts = 50;

const samplerInputs = [
  'latent_image',
  'positive',
  'guider',
  'conditioning',
  'pipe',
  'basic_pipe',
  'sdxl_tuple',
  'context',
  'text_embeds',
] as const;
const isSampler = ({ type, inputs }: Node): boolean =>
  /sampler/i.test(type) &&
  !/select|preview|info|scheduler/i.test(type) &&
  (/^KSampler\b/.test(type) ? Object.keys(inputs).length > 0 : samplerInputs.some((name) => Object.hasOwn(inputs, name)));
/** Nodes that sample without a telling name: tiled upscalers, all-in-one nodes. */
const mayBeSampler = ({ inputs }: Node): boolean =>
  Object.hasOwn(inputs, 'steps') &&
  Object.hasOwn(inputs, 'positive') &&
  (Object.hasOwn(inputs, 'seed') || Object.hasOwn(inputs, 'noise_seed'));

/** Inputs that carry the picture, as latents or pixels, not those that guide it. */
const carriesPicture = (name: string): boolean =>
  /^(?:latent|samples?|pixels|images?|optional_latent)/i.test(name) || /latent|^$|^any[_\d]|^input[ _]?\d*$/i.test(name);
const carriesModel = (name: string): boolean =>
  /^(?:model|unet|ckpt|diffusion|optional_model)|lora_stack|optional_lora/i.test(name) || carriesAnything(name);

interface Samplers {
  first: Node;
  /** A later pass over the picture of the first. */
  second: Node | undefined;
}

/** The sampler that starts from noise, and the one that repaints its picture. Those that lead to a saved picture have priority. */
function findSamplers(graph: Graph): Samplers | undefined {
  const nodes = [...graph.values()];
  const hasPicture = ({ inputs }: Node): boolean => ['images', 'image', 'samples', 'filenames'].some((name) => Array.isArray(inputs[name]));
  const feeding = (starts: Node[]): Node[] =>
    starts
      .slice(0, maxStarts)
      .flatMap((node) => upstream(graph, node))
      .filter(isSampler);
  const saved = feeding(nodes.filter((node) => /save/i.test(node.type) && hasPicture(node)));
  const shown = saved.length > 0 ? saved : feeding(nodes.filter((node) => /preview/i.test(node.type) && hasPicture(node)));
  const all = shown.length > 0 ? shown : nodes.filter(isSampler);
  const samplers = [...new Set(all.length > 0 ? all : nodes.filter(mayBeSampler))].slice(0, maxStarts);
  const earlier = (node: Node): number => upstream(graph, node, carriesPicture).filter(isSampler).length;
  const ordered = samplers.map((node) => ({ node, place: earlier(node) })).sort((a, b) => a.place - b.place);
  const first = ordered[0];
  if (first === undefined) return undefined;
  return { first: first.node, second: ordered.find(({ place }) => place > first.place)?.node };
}

/** Nodes that contain a sampler's settings: SamplerCustomAdvanced and pipes spread them over several. */
interface Parts {
  sampler: Node;
  guider: Node;
  schedule: Node;
  noise: Node;
  choice: Node;
}

function partsOf(graph: Graph, sampler: Node): Parts {
  const pipes = upstream(graph, sampler, carriesAnything);
  const own = (key: string, input: string, isOne: (node: Node) => boolean): Node => {
    const chain = upstream(graph, linked(graph, sampler, input), (name) => name === input || name === 'sigmas' || carriesAnything(name));
    return (
      chain.find(isOne) ??
      (Object.hasOwn(sampler.inputs, key) ? sampler : (pipes.find((node) => Object.hasOwn(node.inputs, key)) ?? sampler))
    );
  };
  const hasSeed = ({ inputs }: Node): boolean => Object.hasOwn(inputs, 'noise_seed') || Object.hasOwn(inputs, 'seed');
  return {
    sampler,
    guider: own('cfg', 'guider', () => true),
    schedule: own('steps', 'sigmas', ({ type, inputs }) => Object.hasOwn(inputs, 'steps') || /Scheduler$/.test(type)),
    noise: own('seed', 'noise', hasSeed),
    choice: own('sampler_name', 'sampler', ({ type, inputs }) => Object.hasOwn(inputs, 'sampler_name') || /^Sampler\w/.test(type)),
  };
}

/** Schedulers that are separate nodes. */
const schedulerNodes: Record<string, string> = {
  KarrasScheduler: 'karras',
  ExponentialScheduler: 'exponential',
  AlignYourStepsScheduler: 'ays',
  GITSScheduler: 'gits',
  BetaSamplingScheduler: 'beta',
  SDTurboScheduler: 'sgm_uniform',
};

function names(values: Values, { choice, schedule }: Parts): { sampler?: string; scheduler?: string } {
  const node = /^Sampler(?!Custom)_?(\w+)$/.exec(choice.type)?.[1];
  const scheduler = Object.hasOwn(schedulerNodes, schedule.type) ? schedulerNodes[schedule.type] : values.text(schedule, 'scheduler');
  return engineNames(
    values.text(choice, 'sampler_name') ?? (choice.type === 'KSamplerSelect' ? undefined : node?.toLowerCase()),
    scheduler,
  );
}

/** KSamplerAdvanced gives its range of steps, the others the strength of the noise. */
function denoiseOf(values: Values, { schedule, sampler }: Parts): number | undefined {
  const start = values.number(sampler, 'start_at_step');
  const steps = values.number(schedule, 'steps');
  if (start !== undefined && steps !== undefined && start > 0 && start < steps) return Math.round((1 - start / steps) * 1e4) / 1e4;
  const denoise = values.number(schedule, 'denoise');
  return denoise !== undefined && denoise < 1 ? denoise : undefined;
}

function sizeAt(values: Values, start: readonly Node[]): { width?: number | undefined; height?: number | undefined } {
  for (const node of start) {
    const width = values.whole(1, node, 'empty_latent_width', 'width');
    const height = values.whole(1, node, 'empty_latent_height', 'height');
    if (width !== undefined && height !== undefined) return { width, height };
    const named = /latent|size|resolution|loader/i.test(node.type)
      ? sizeOf(values.text(node, 'resolution') ?? values.text(node, 'dimensions'))
      : undefined;
    if (named !== undefined) return named;
  }
  return {};
}

const loaderInputs = ['ckpt_name', 'unet_name', 'gguf_name', 'base_ckpt_name', 'model_name', 'diffusion_model', 'model_path'] as const;

function modelOf(values: Values, chain: readonly Node[]): Recipe['model'] {
  for (const node of chain) {
    const own = /loader/i.test(node.type) ? textAt(node.inputs, 'model') : undefined;
    for (const name of [...loaderInputs.map((input) => values.text(node, input)), own]) {
      const found = weights(name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** The VAE that decoded the sampler's picture, if it was loaded separately. */
function vaeOf(graph: Graph, values: Values, sampler: Node): Recipe['vae'] {
  const nodes = [...graph.values()];
  const decoders = nodes.filter(
    ({ inputs, type }) => Array.isArray(inputs['vae']) && Array.isArray(inputs['samples']) && !/encode/i.test(type),
  );
  const decoder = decoders.slice(0, maxStarts).find((node) => upstream(graph, node, carriesPicture).includes(sampler));
  const through = (name: string): boolean => /vae/i.test(name) || carriesAnything(name);
  const own = linked(graph, sampler, 'optional_vae') ?? linked(graph, sampler, 'vae');
  // A partial graph without a decoder: use the only VAE.
  const only = decoders.length === 0 && own === undefined ? nodes.filter(({ type }) => type === 'VAELoader') : [];
  const chain = [...upstream(graph, linked(graph, decoder, 'vae') ?? own, through), ...only];
  for (const node of chain) {
    const name = values.text(node, 'vae_name') ?? (/vae.*loader/i.test(node.type) ? values.text(node, 'model_name') : undefined);
    if (name !== undefined) return weights(chosenVae(name));
  }
  return undefined;
}

function secondPass(graph: Graph, values: Values, second: Node): Pick<PartialRecipe, 'hires' | 'extra'> {
  // SDXL's refiner continues where the first sampler stopped; it does not enlarge.
  if (textAt(second.inputs, 'add_noise') === 'disable') {
    const model = modelOf(values, upstream(graph, linked(graph, second, 'model'), carriesModel));
    const start = values.number(second, 'start_at_step');
    const steps = values.number(second, 'steps');
    const at = start === undefined || steps === undefined || steps <= 0 ? undefined : Math.round((start / steps) * 1e4) / 1e4;
    const refiner = defined<Record<string, string | number>>({ Refiner: model?.name, 'Refiner switch at': at });
    return Object.keys(refiner).length > 0 ? { extra: refiner } : {};
  }
  const { schedule } = partsOf(graph, second);
  const enlarger = upstream(graph, second, carriesPicture).find(({ inputs }) => Array.isArray(inputs['upscale_model']));
  const file = upstream(graph, linked(graph, enlarger, 'upscale_model'), (name) => /upscale_model/.test(name)).find(
    (node) => inputOf(node, 'model_name') !== undefined,
  );
  const hires = defined<NonNullable<Recipe['hires']>>({
    upscaler: weights(values.text(file, 'model_name'))?.name,
    steps: values.whole(0, schedule, 'steps'),
    denoisingStrength: values.number(schedule, 'denoise'),
  });
  return Object.keys(hires).length > 0 ? { hires } : {};
}

/** Recipe of a ComfyUI graph: that of the sampler that starts from noise, with a later one as the high-resolution pass. */
export function comfyRecipe(json: JsonObject): PartialRecipe | undefined {
  const graph = arrayAt(json, 'nodes').length > 0 ? readWorkflow(json) : readGraph(json);
  const samplers = graph.size === 0 || graph.size > maxNodes ? undefined : findSamplers(graph);
  if (samplers === undefined) return undefined;
  const { first, second } = samplers;
  const values = new Values(graph);
  const prompts = new Prompts(graph, values);
  const parts = partsOf(graph, first);
  const { guider } = parts;
  const modelStart = linked(graph, guider, 'model') ?? linked(graph, first, 'model');
  const modelChain = upstream(graph, modelStart ?? first, modelStart === undefined ? carriesAnything : carriesModel);
  const conditioning = prompts.nodes(guider, 'positive');
  const clipChain = conditioning.flatMap((node) =>
    upstream(graph, linked(graph, node, 'clip'), (name) => /clip|lora_stack/i.test(name) || carriesAnything(name)),
  );
  const chain = [...new Set([...modelChain, ...conditioning, ...clipChain])];
  const start = upstream(graph, first, carriesPicture).filter((node) => node !== first);
  const canvas = start.length > 0 ? start : modelChain;
  const denoise = denoiseOf(values, parts);
  const isPainted =
    start.some(({ type }) => /Inpaint|SetLatentNoiseMask/i.test(type)) || conditioning.some(({ type }) => /Inpaint/i.test(type));
  const skip =
    chain.find(({ inputs }) => Object.hasOwn(inputs, 'stop_at_clip_layer')) ??
    chain.find(({ inputs }) => numberAt(inputs, 'clip_skip') !== undefined);
  const layer = values.number(skip, 'stop_at_clip_layer', 'clip_skip');
  return defined<PartialRecipe>({
    mode: isPainted ? 'inpaint' : denoise === undefined ? undefined : 'img2img',
    prompt: prompts.prompt(guider, 'positive'),
    negativePrompt: prompts.prompt(guider, 'negative'),
    seed: values.whole(0, parts.noise, 'noise_seed', 'seed'),
    steps: values.whole(0, parts.schedule, 'steps'),
    ...names(values, parts),
    cfgScale: values.number(guider, 'cfg', 'cfg_conds', 'true_gs'),
    distilledGuidance: values.number(
      conditioning.find(({ inputs }) => Object.hasOwn(inputs, 'guidance')),
      'guidance',
    ),
    flowShift: values.number(
      modelChain.find(({ type }) => /^ModelSampling(?:SD3|AuraFlow)$/.test(type)),
      'shift',
    ),
    clipSkip: layer !== undefined && Number.isSafeInteger(layer) && layer !== 0 ? Math.abs(layer) : undefined,
    denoisingStrength: denoise,
    ...sizeAt(values, canvas),
    model: modelOf(values, modelChain),
    vae: vaeOf(graph, values, first),
    loras: some(chain.flatMap((node) => lorasOf(values, node))),
    ...(second === undefined ? {} : secondPass(graph, values, second)),
    software: 'ComfyUI',
  });
}

/** Civitai's own generator: a graph, and the request as JSON in a text beside it. */
export function civitaiGraph(json: JsonObject): PartialRecipe | undefined {
  const asked = typeof json['extraMetadata'] === 'string' ? parseObject(json['extraMetadata']) : asObject(json['extraMetadata']);
  if (asked === undefined || textAt(asked, 'prompt') === undefined) return undefined;
  const resources = arrayAt(asked, 'resources').map(asObject);
  const loras = resources.flatMap((item) => {
    const id = numberAt(item, 'modelVersionId');
    const weight = numberAt(item, 'strength', 'weight');
    return id === undefined || weight === undefined ? [] : lora(`civitai:${id}`, weight);
  });
  const graph = comfyRecipe(json);
  return defined<PartialRecipe>({
    ...graph,
    prompt: textAt(asked, 'prompt'),
    negativePrompt: textAt(asked, 'negativePrompt'),
    seed: wholeAt(asked, 0, 'seed') ?? graph?.seed,
    steps: wholeAt(asked, 0, 'steps') ?? graph?.steps,
    ...engineNames(textAt(asked, 'sampler') ?? graph?.sampler, graph?.scheduler),
    cfgScale: numberAt(asked, 'cfgScale') ?? graph?.cfgScale,
    clipSkip: wholeAt(asked, 1, 'clipSkip') ?? graph?.clipSkip,
    width: wholeAt(asked, 1, 'width') ?? graph?.width,
    height: wholeAt(asked, 1, 'height') ?? graph?.height,
    loras: graph?.loras ?? some(loras),
    software: 'Civitai',
  });
}
