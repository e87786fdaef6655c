import { defined } from './infotext.ts';
import { arrayAt, asObject, type JsonObject, numberAt, objectAt, textAt, weightsName, wholeAt } from './json-fields.ts';
import type { PartialRecipe, Recipe } from './recipe.ts';
import { engineNames } from './sampler-names.ts';

/**
 * ComfyUI keeps no recipe but its graph: PNG `prompt` is {id: {class_type, inputs}}, where an input is a value or a link [id, output].
 * The recipe is what the links of the sampler lead to. Every walk remembers where it was and has a limit: graphs come from anybody.
 */
interface Node {
  id: string;
  type: string;
  inputs: JsonObject;
}

type Graph = ReadonlyMap<string, Node>;

const maxNodes = 20_000;
const maxInputs = 500;
const maxWalk = 2_000;
const maxStarts = 50;

function readGraph(json: JsonObject): Graph {
  const graph = new Map<string, Node>();
  for (const [id, value] of Object.entries(json).slice(0, maxNodes)) {
    const node = asObject(value);
    const type = textAt(node, 'class_type');
    if (type !== undefined)
      graph.set(id, { id, type, inputs: Object.fromEntries(Object.entries(objectAt(node, 'inputs') ?? {}).slice(0, maxInputs)) });
  }
  return graph;
}

/** Inputs of common nodes by the order of their widgets, for files that hold the editor's `workflow` only. "" is not an input. */
const widgetOrder: Record<string, readonly string[]> = {
  KSampler: ['seed', '', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
  KSamplerAdvanced: ['', 'noise_seed', '', 'steps', 'cfg', 'sampler_name', 'scheduler'],
  CLIPTextEncode: ['text'],
  CheckpointLoaderSimple: ['ckpt_name'],
  UNETLoader: ['unet_name'],
  VAELoader: ['vae_name'],
  LoraLoader: ['lora_name', 'strength_model', 'strength_clip'],
  LoraLoaderModelOnly: ['lora_name', 'strength_model'],
  CLIPSetLastLayer: ['stop_at_clip_layer'],
  EmptyLatentImage: ['width', 'height', 'batch_size'],
  EmptySD3LatentImage: ['width', 'height', 'batch_size'],
  FluxGuidance: ['guidance'],
  RandomNoise: ['noise_seed'],
  KSamplerSelect: ['sampler_name'],
  BasicScheduler: ['scheduler', 'steps', 'denoise'],
};

/** The editor's format {nodes, links} as a graph of the other kind. */
function readWorkflow(json: JsonObject): Graph {
  const origins = new Map<unknown, [string, unknown]>();
  for (const link of arrayAt(json, 'links')) if (Array.isArray(link)) origins.set(link[0], [String(link[1]), link[2]]);
  const graph = new Map<string, Node>();
  for (const item of arrayAt(json, 'nodes').slice(0, maxNodes)) {
    const node = asObject(item);
    const type = textAt(node, 'type');
    if (type === undefined) continue;
    const inputs = new Map<string, unknown>();
    const widgets = arrayAt(node, 'widgets_values');
    for (const [place, name] of (Object.hasOwn(widgetOrder, type) ? (widgetOrder[type] ?? []) : []).entries()) {
      if (name !== '') inputs.set(name, widgets[place]);
    }
    for (const entry of arrayAt(node, 'inputs').slice(0, maxInputs)) {
      const input = asObject(entry);
      const name = textAt(input, 'name');
      const origin = origins.get(input?.['link']);
      if (name !== undefined && origin !== undefined) inputs.set(name, origin);
    }
    const id = String(node?.['id']);
    graph.set(id, { id, type, inputs: Object.fromEntries(inputs) });
  }
  return graph;
}

/** The node that an input's link leads to. */
function linked(graph: Graph, node: Node | undefined, input: string): Node | undefined {
  const link = node !== undefined && Object.hasOwn(node.inputs, input) ? node.inputs[input] : undefined;
  return Array.isArray(link) && (typeof link[0] === 'string' || typeof link[0] === 'number') ? graph.get(String(link[0])) : undefined;
}

/** Everything that feeds `start`, nearest first, `start` included. `through` says which inputs are followed. */
function upstream(graph: Graph, start: Node | undefined, through: (input: string) => boolean = () => true): Node[] {
  const found = new Set<Node>(start === undefined ? [] : [start]);
  for (const node of found) {
    if (found.size > maxWalk) break;
    for (const input of Object.keys(node.inputs)) {
      const next = through(input) ? linked(graph, node, input) : undefined;
      if (next !== undefined) found.add(next);
    }
  }
  return [...found];
}

/** A value that may come over a link from a node that only holds it (Primitive, String, Int, Seed). */
function valueNode(graph: Graph, node: Node | undefined, input: string, depth = 0): { node: Node | undefined; keys: string[] } {
  const source = depth < 20 ? linked(graph, node, input) : undefined;
  if (source === undefined) return { node, keys: [input] };
  const keys = ['value', input, 'seed', 'noise_seed', 'int', 'float', 'number', 'text', 'string', 'Text', 'String', 'prompt', 'positive'];
  for (const key of keys) if (linked(graph, source, key) !== undefined) return valueNode(graph, source, key, depth + 1);
  return { node: source, keys };
}

const textOf = (graph: Graph, node: Node | undefined, input: string): string | undefined => {
  const value = valueNode(graph, node, input);
  return textAt(value.node?.inputs, ...value.keys);
};
const numberOf = (graph: Graph, node: Node | undefined, ...inputs: string[]): number | undefined => {
  for (const input of inputs) {
    const value = valueNode(graph, node, input);
    const found = numberAt(value.node?.inputs, ...value.keys);
    if (found !== undefined) return found;
  }
  return undefined;
};

const textInputs = ['text', 'text_g', 'text_l', 'clip_l', 't5xxl', 'prompt'] as const;

/** The texts that a conditioning input leads to. Two encoders with the same text (SDXL's text_g and text_l) count once. */
function promptOf(graph: Graph, sampler: Node | undefined, input: string): string | undefined {
  const texts = new Set<string>();
  const conditioning = (name: string): boolean =>
    name.startsWith('conditioning') || name === input || name === 'positive' || name === 'cond';
  for (const node of upstream(graph, linked(graph, sampler, input), conditioning)) {
    // Nodes such as ControlNetApplyAdvanced pass both sides on: only encoders hold texts.
    if (!/encode|prompt|text/i.test(node.type)) continue;
    for (const name of textInputs) {
      const text = textOf(graph, node, name);
      if (text !== undefined) texts.add(text);
    }
  }
  return texts.size > 0 ? [...texts].join(', ') : undefined;
}

const isSampler = ({ type, inputs }: Node): boolean =>
  /sampler/i.test(type) &&
  !/select/i.test(type) &&
  (Object.hasOwn(inputs, 'latent_image') || Object.hasOwn(inputs, 'positive') || Object.hasOwn(inputs, 'guider'));

/** Recipe of a ComfyUI graph: of the sampler that starts from noise, with a later one as the high-resolution pass. */
export function comfyRecipe(json: JsonObject): PartialRecipe | undefined {
  const graph = Array.isArray(json['nodes']) ? readWorkflow(json) : readGraph(json);
  const outputs = [...graph.values()].filter(({ type }) => /^(?:Save|Preview)Image|SaveAnimated|ImageSave/i.test(type)).slice(0, maxStarts);
  const fromOutputs = outputs.flatMap((node) => upstream(graph, node)).filter(isSampler);
  const samplers = [...new Set(fromOutputs.length > 0 ? fromOutputs : [...graph.values()].filter(isSampler))].slice(0, maxStarts);
  const latent = (name: string): boolean =>
    name === 'latent_image' || name === 'samples' || name === 'latent' || name === 'pixels' || name === 'image';
  const earlier = (node: Node): number => upstream(graph, node, latent).filter(isSampler).length;
  const ordered = samplers.map((node) => ({ node, place: earlier(node) })).sort((a, b) => a.place - b.place);
  const sampler = ordered[0]?.node;
  if (sampler === undefined) return undefined;
  const second = ordered.find(({ place }) => place > (ordered[0]?.place ?? 1))?.node;

  // SamplerCustomAdvanced spreads its settings over nodes of their own.
  const guider = linked(graph, sampler, 'guider') ?? sampler;
  const schedule = linked(graph, sampler, 'sigmas') ?? sampler;
  const noise = linked(graph, sampler, 'noise') ?? sampler;
  const choice = linked(graph, sampler, 'sampler') ?? sampler;
  const positiveInput = Object.hasOwn(guider.inputs, 'conditioning') ? 'conditioning' : 'positive';
  const modelChain = upstream(graph, linked(graph, guider, 'model'), (name) => name === 'model' || name.startsWith('model'));
  const chain = [
    ...modelChain,
    ...upstream(
      graph,
      linked(graph, guider, positiveInput),
      (name) => name.startsWith('conditioning') || name === 'clip' || name === 'positive',
    ),
  ];
  const loader = modelChain.find(({ inputs }) => textAt(inputs, 'ckpt_name', 'unet_name', 'model_name') !== undefined);
  const vaeLoader = [...graph.values()].find(({ type }) => type === 'VAELoader');
  const start = upstream(graph, linked(graph, sampler, 'latent_image'), latent);
  const canvas =
    start.find(({ type, inputs }) => /latent/i.test(type) && numberAt(inputs, 'width') !== undefined) ??
    start.find(({ inputs }) => Array.isArray(inputs['width']));
  const skip = chain.find(({ type }) => type === 'CLIPSetLastLayer');
  const guidance = chain.find(({ type }) => type === 'FluxGuidance');
  const seed = numberOf(graph, noise, 'noise_seed', 'seed');
  const steps = numberOf(graph, schedule, 'steps');
  const denoise = numberOf(graph, schedule, 'denoise');
  const width = numberOf(graph, canvas, 'width');
  const height = numberOf(graph, canvas, 'height');
  const loras = [...new Set(chain)].flatMap((node) => {
    const name = textAt(node.inputs, 'lora_name');
    return name === undefined ? [] : [{ name: weightsName(name), weight: numberOf(graph, node, 'strength_model', 'strength') ?? 1 }];
  });
  const name = textAt(loader?.inputs, 'ckpt_name', 'unet_name', 'model_name');
  const vae = textAt(vaeLoader?.inputs, 'vae_name');
  const layer = numberOf(graph, skip, 'stop_at_clip_layer');
  return defined<PartialRecipe>({
    mode: denoise !== undefined && denoise < 1 ? 'img2img' : undefined,
    prompt: promptOf(graph, guider, positiveInput),
    negativePrompt: promptOf(graph, guider, 'negative'),
    seed: seed !== undefined && Number.isSafeInteger(seed) && seed >= 0 ? seed : undefined,
    steps: steps !== undefined && Number.isSafeInteger(steps) && steps >= 0 ? steps : undefined,
    ...engineNames(textOf(graph, choice, 'sampler_name'), textOf(graph, schedule, 'scheduler')),
    cfgScale: numberOf(graph, guider, 'cfg'),
    distilledGuidance: numberOf(graph, guidance, 'guidance'),
    clipSkip: layer !== undefined && Number.isSafeInteger(layer) ? Math.abs(layer) : undefined,
    denoisingStrength: denoise !== undefined && denoise < 1 ? denoise : undefined,
    width: width !== undefined && Number.isSafeInteger(width) && width >= 1 ? width : undefined,
    height: height !== undefined && Number.isSafeInteger(height) && height >= 1 ? height : undefined,
    model: name === undefined ? undefined : { name: weightsName(name) },
    vae: vae === undefined ? undefined : { name: weightsName(vae) },
    loras: loras.length > 0 ? loras : undefined,
    hires:
      second === undefined
        ? undefined
        : defined<NonNullable<Recipe['hires']>>({
            steps: wholeAt(second.inputs, 0, 'steps'),
            denoisingStrength: numberAt(second.inputs, 'denoise'),
          }),
    software: 'ComfyUI',
  });
}
