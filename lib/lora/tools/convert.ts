/**
 * A LoRA of Stable Diffusion 3 under the names of diffusers or of kohya's sd-scripts, which read no other names. diffusers has separate
 * query, key and value and no alphas; sd-scripts has the original layers, with query, key and value combined, each with its alpha.
 */
import { basename } from 'node:path';
import * as z from 'zod';
import { ArtistError, answering, resolveOptions } from '../../core/index.ts';
import { type Component, canonicalName, type FloatTensor } from '../../models/index.ts';
import { type LoraModule, readFactors } from './factors.ts';
import { checkResult, type LoraReport, type ModuleReport, metadataTexts, outFields, writeResult } from './merge.ts';

const layouts = ['diffusers', 'sd-scripts'] as const;

export const convertLoraOptions = z.strictObject({
  /** The program whose names the file will have. */
  to: z.enum(layouts),
  ...outFields,
});
export type ConvertLoraOptions = z.input<typeof convertLoraOptions>;

/** A product of two factors; `up` includes alpha / rank. */
type Change = Pick<LoraModule, 'rank' | 'out' | 'downTail' | 'upTail' | 'up' | 'down'>;

/** The changes of one layer: the whole, or query, key and value as present. */
interface Layer {
  readonly component: Component;
  /** Name in the original model, with underscores for dots. */
  readonly name: string;
  whole?: Change;
  readonly thirds: (Change | undefined)[];
}

const inputs = ({ downTail }: Change): number => downTail.reduce((product, size) => product * size, 1);

function changeOf({ rank, out, downTail, upTail, up, down, scale }: LoraModule): Change {
  return { rank, out, downTail, upTail, up: scale === 1 ? up : up.map((value) => value * scale), down };
}

/** In layers with only a shift and a scale, diffusers has the scale first. */
function swapped(layer: string, diffusers: boolean, change: Change): Change {
  const pair = /^(?:final_layer|joint_blocks_\d+_context_block)_adaLN_modulation_1$/.test(layer) && change.out === 2 * inputs(change);
  if (!pair || !diffusers) return change;
  const half = change.up.length / 2;
  const up = new Float32Array(change.up.length);
  up.set(change.up.subarray(half));
  up.set(change.up.subarray(0, half), half);
  return { ...change, up };
}

function layersOf(path: string, modules: readonly LoraModule[]): Layer[] {
  const layers = new Map<string, Layer>();
  for (const module of modules) {
    const { component, name } = canonicalName(module.name, 'sd3');
    const key = `${component}:${name}`;
    const layer = layers.get(key) ?? { component, name, thirds: [] };
    layers.set(key, layer);
    const inDiffusers = /(?:^|[._])transformer[._]/.test(module.name);
    const change = swapped(name, inDiffusers, changeOf(module));
    const third = component === 'unet' ? 'qkv'.indexOf(/[._](?:to|add)_([qkv])(?:_proj)?$/.exec(module.name)?.[1] ?? '-') : -1;
    if (third >= 0 ? layer.thirds[third] : layer.whole)
      throw new ArtistError('ERR_LORA', `${path}: expected one change of each layer, got two of ${name}. It was written by two programs`);
    if (third >= 0) layer.thirds[third] = change;
    else layer.whole = change;
  }
  return [...layers.values()];
}

/** Stacks the rows of query, key and value: factors side by side, or the shared one. */
function joined(thirds: readonly (Change | undefined)[]): Change {
  const present = thirds.filter((third) => third !== undefined);
  const [first] = present;
  if (first === undefined) throw new ArtistError('ERR_INTERNAL', 'joined: expected query, key or value, got none');
  const shared = present.length === 3 && present.every(({ down }) => down.every((value, at) => value === first.down[at]));
  const rank = shared ? first.rank : present.reduce((sum, third) => sum + third.rank, 0);
  const up = new Float32Array(3 * first.out * rank);
  let column = 0;
  for (const [index, third] of thirds.entries()) {
    if (third === undefined) continue;
    for (let row = 0; row < third.out; row++)
      up.set(third.up.subarray(row * third.rank, (row + 1) * third.rank), (index * first.out + row) * rank + column);
    if (!shared) column += third.rank;
  }
  const down = shared ? first.down : Float32Array.from(present.flatMap((third) => [...third.down]));
  return { rank, out: 3 * first.out, downTail: first.downTail, upTail: [], up, down };
}

function split(whole: Change): Change[] {
  const rows = whole.up.length / 3;
  return [0, 1, 2].map((third) => ({ ...whole, out: whole.out / 3, up: whole.up.slice(third * rows, (third + 1) * rows) }));
}

const sdScripts: Partial<Record<Component, string>> = { unet: 'lora_unet_', te1: 'lora_te1_', te2: 'lora_te2_', te3: 'lora_te3_' };

function sdScriptsModules({ component, name, whole, thirds }: Layer): [string, Change][] {
  return [[`${sdScripts[component] ?? 'lora_vae_'}${name}`, whole ?? joined(thirds)]];
}

const qkv = (to: string, end = ''): string[] => ['q', 'k', 'v'].map((part) => `${to}_${part}${end}`);
const inPicture: Readonly<Record<string, readonly string[]>> = {
  attn_qkv: qkv('attn.to'),
  attn_proj: ['attn.to_out.0'],
  attn2_qkv: qkv('attn2.to'),
  attn2_proj: ['attn2.to_out.0'],
  mlp_fc1: ['ff.net.0.proj'],
  mlp_fc2: ['ff.net.2'],
  adaLN_modulation_1: ['norm1.linear'],
};
const inText: Readonly<Record<string, readonly string[]>> = {
  attn_qkv: qkv('attn.add', '_proj'),
  attn_proj: ['attn.to_add_out'],
  mlp_fc1: ['ff_context.net.0.proj'],
  mlp_fc2: ['ff_context.net.2'],
  adaLN_modulation_1: ['norm1_context.linear'],
};
const around: Readonly<Record<string, string>> = {
  context_embedder: 'context_embedder',
  x_embedder_proj: 'pos_embed.proj',
  t_embedder_mlp_0: 'time_text_embed.timestep_embedder.linear_1',
  t_embedder_mlp_2: 'time_text_embed.timestep_embedder.linear_2',
  y_embedder_mlp_0: 'time_text_embed.text_embedder.linear_1',
  y_embedder_mlp_2: 'time_text_embed.text_embedder.linear_2',
  final_layer_linear: 'proj_out',
  final_layer_adaLN_modulation_1: 'norm_out.linear',
};

function diffusersNames({ component, name }: Layer): string[] {
  if (component === 'te1' || component === 'te2') {
    const parts = /^text_model_encoder_layers_(\d+)_(self_attn|mlp)_(\w+)$/.exec(name);
    const encoder = component === 'te1' ? 'text_encoder' : 'text_encoder_2';
    return parts ? [`${encoder}.text_model.encoder.layers.${parts[1]}.${parts[2]}.${parts[3]}`] : [];
  }
  if (component !== 'unet') return [];
  const block = /^joint_blocks_(\d+)_(x|context)_block_(\w+)$/.exec(name);
  const start = `transformer.${block ? `transformer_blocks.${block[1]}.` : ''}`;
  const ends = block ? (block[2] === 'x' ? inPicture : inText)[block[3] ?? ''] : around[name] === undefined ? [] : [around[name]];
  return (ends ?? []).map((end) => start + end);
}

function diffusersModules(path: string, layer: Layer): [string, Change][] {
  const names = diffusersNames(layer);
  if (names.length === 0)
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${path}: expected layers that diffusers has names for, got ${layer.name}. It reads no LoRA of it`,
    );
  const changes = names.length === 3 && layer.whole ? split(layer.whole) : layer.whole ? [layer.whole] : layer.thirds;
  return names.flatMap((name, index) => {
    const change = changes[index];
    return change === undefined ? [] : [[name, swapped(layer.name, true, change)] as [string, Change]];
  });
}

function tensorsOf(name: string, { rank, out, downTail, upTail, up, down }: Change, to: (typeof layouts)[number]): FloatTensor[] {
  const [a, b] = to === 'diffusers' ? ['lora_A', 'lora_B'] : ['lora_down', 'lora_up'];
  const tensors = [
    { name: `${name}.${a}.weight`, shape: [rank, ...downTail], data: down },
    { name: `${name}.${b}.weight`, shape: [out, rank, ...upTail], data: up },
  ];
  return to === 'diffusers' ? tensors : [...tensors, { name: `${name}.alpha`, shape: [], data: Float32Array.of(rank) }];
}

/**
 * Writes a LoRA of Stable Diffusion 3 under the names that diffusers or kohya's sd-scripts reads, with the same effect: query, key and value apart
 * and no alphas, or in one with alphas (then their ranks add up). What we train has diffusers' names. Metadata, data sheet and licence go along.
 *
 * @throws ArtistError ERR_UNSUPPORTED: another family, LoHa, LoKr…, a layer that diffusers has no name for; ERR_LORA; ERR_ALREADY_EXISTS;
 *   ERR_INVALID_ARGUMENT; those of readLora() and of writing
 */
export const convertLora = answering('convertLora', async (path: string, options: ConvertLoraOptions): Promise<LoraReport> => {
  const { to, out, type, overwrite, signal } = resolveOptions('convertLora', convertLoraOptions, options);
  signal?.throwIfAborted();
  await checkResult(out, [path], overwrite);
  const content = await readFactors(path);
  const layers = layersOf(path, content.modules);
  const others = content.modules.some(({ name }) => /single_(?:transformer_)?blocks|double_blocks/.test(name));
  if (others || !layers.some(({ name }) => name.startsWith('joint_blocks_')))
    throw new ArtistError(
      'ERR_UNSUPPORTED',
      `${path}: expected a LoRA of Stable Diffusion 3, got one of ${content.info.trainedFor ?? 'another family'}. Both programs read the same file of Stable Diffusion 1, 2, XL and Flux; sd-scripts has no Z-Image`,
    );
  const tensors: FloatTensor[] = [];
  const modules: ModuleReport[] = [];
  for (const layer of layers)
    for (const [name, change] of to === 'diffusers' ? diffusersModules(path, layer) : sdScriptsModules(layer)) {
      tensors.push(...tensorsOf(name, change, to));
      modules.push({ name, from: change.rank, to: change.rank, kept: 1 });
    }
  const result = { tensors, modules, kept: 1 };
  const written = { out, type: type ?? content.type, overwrite };
  const report = await writeResult(`named for ${to} from ${basename(path)}`, result, metadataTexts(content.info), written);
  const { licence } = content.info;
  return { ...report, ...(licence === undefined ? {} : { licence }), warnings: [] };
});
