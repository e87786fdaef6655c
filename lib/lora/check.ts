import { ArtistError } from '../core/index.ts';
import type { ModelHeader } from '../models/index.ts';
import {
  type CanonicalName,
  type Component,
  canonicalName,
  detectFamily,
  families,
  type LoraRole,
  type ModelFamily,
  partRows,
  readModelHeader,
  readTensors,
  withModelFile,
} from '../models/index.ts';
import { type LoraInfo, type LoraTarget, readLora } from './read.ts';

export interface LoraFit {
  readonly info: LoraInfo;
  /** Weights that the file changes and the model has in the same shape. */
  readonly applicable: number;
  /** Weights that the file changes, including kinds that are not applied (OFT, GLoRA …). */
  readonly total: number;
  /** true if no target fits: the LoRA would have no effect, or crash an unpatched engine. */
  readonly misfit: boolean;
  /** Why targets do not fit, one sentence each, most frequent reason first, at most 5. Empty when everything fits. */
  readonly reasons: readonly string[];
  /** Tensors with only zeros, if the values were read. */
  readonly zeros?: ReadonlySet<string>;
}

interface Weight {
  readonly out: number;
  readonly in: number;
  readonly text: string;
}

/**
 * Checks a LoRA file and compares its targets with a model's weights (the headers of all its parts: checkpoint, or diffusion model and text
 * encoders). A malformed file is an error; one that does not fit is only reported, and the caller decides. Models without a tensor list
 * (torch checkpoints) count everything as applicable: only the engine can tell.
 *
 * @param options.values also read all factors and refuse NaN and infinity (reads the file; default false)
 * @throws ArtistError ERR_LORA, ERR_MODEL_NOT_FOUND, ERR_READ, ERR_MODEL_FORMAT, ERR_UNSUPPORTED
 */
export async function checkLora(
  path: string,
  model: ModelHeader | readonly ModelHeader[],
  options: { values?: boolean } = {},
): Promise<LoraFit> {
  const info = await readLora(path);
  const zeros = options.values ? { zeros: await checkValues(path) } : {};
  return { ...fitLora(info, 'tensors' in model ? [model] : model, undefined), ...zeros };
}

/** The comparison of checkLora(). `family` is the engine's answer for the model; without it, the headers decide. */
export function fitLora(info: LoraInfo, headers: readonly ModelHeader[], family: ModelFamily | undefined): LoraFit {
  const known = family ?? headers.map(detectFamily).find((found) => found !== undefined);
  const total = info.targets.length + info.foreign.reduce((sum, { modules }) => sum + modules, 0);
  const counts = new Map<string, number>();
  const count = (reason: string, modules: number): void => void counts.set(reason, (counts.get(reason) ?? 0) + modules);
  for (const { kind, modules } of info.foreign) count(`${kind} is not supported`, modules);
  let applicable = 0;
  const listed = headers.every((header) => header.tensors.length > 0);
  const weights = listed ? collectWeights(headers, known) : undefined;
  for (const target of info.targets) {
    const reason = weights && whyNot(target, canonicalName(target.name, known), weights, known, headers);
    if (reason === undefined) applicable++;
    else count(reason, 1);
  }
  const misfit = applicable === 0;
  const reasons = reasonsOf(counts, total);
  if (misfit && info.targets.length > 0 && info.trainedFor !== undefined)
    reasons.unshift(
      `the LoRA says it was trained for ${info.trainedFor}, the model is ${known ? families[known] : 'of an unknown family'}`,
    );
  return { info, applicable, total, misfit, reasons };
}

/** The most frequent reasons, at most five. */
export function reasonsOf(counts: ReadonlyMap<string, number>, total: number): string[] {
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([reason, modules]) => (total > 1 ? `${reason} (${modules} of ${total} weights)` : reason));
}

/** One weight that a LoRA file changes, in the form for the engine. */
export interface LoraModule {
  /** "unet:double_blocks_0_img_attn_qkv.weight": network, name in the original layout, parameter. */
  weight: string;
  /** -1 for the whole weight. */
  part: number;
  /** 0: use the alpha in the file's tensors. */
  alpha: number;
  /** Tensors of the file and their roles, side by side. */
  names: string[];
  roles: string[];
}

const engineRoles: Partial<Record<LoraRole, string>> = {
  down: 'lora_down',
  up: 'lora_up',
  mid: 'lora_mid',
  w1_a: 'hada_w1_a',
  w1_b: 'hada_w1_b',
  w2_a: 'hada_w2_a',
  w2_b: 'hada_w2_b',
  t1: 'hada_t1',
  t2: 'hada_t2',
  k1: 'lokr_w1',
  k1_a: 'lokr_w1_a',
  k1_b: 'lokr_w1_b',
  k2: 'lokr_w2',
  k2_a: 'lokr_w2_a',
  k2_b: 'lokr_w2_b',
};

/** The targets of a LoRA in order, in the form for the engine, which applies only these names. */
export function loraModules(info: LoraInfo, family: ModelFamily | undefined): LoraModule[] {
  return info.targets.map((target) => {
    const canonical = canonicalName(target.name, family);
    const parts = Object.entries(target.tensors) as [LoraRole, string][];
    return {
      weight: `${keyOf(canonical)}.${target.parameter}`,
      part: canonical.part ?? -1,
      alpha: target.tensors.alpha === undefined && target.tensors.scale === undefined ? (target.alpha ?? 0) : 0,
      names: parts.map(([, name]) => name),
      roles: parts.map(([role]) => (role === 'dora' ? `dora_${target.dora ?? 'out'}` : (engineRoles[role] ?? role))),
    };
  });
}

const keyOf = ({ component, name }: CanonicalName): string => `${component}:${name}`;

function collectWeights(headers: readonly ModelHeader[], family: ModelFamily | undefined): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  for (const header of headers) {
    const bareText = bareTextComponent(header);
    for (const tensor of header.tensors) {
      const name = /^(.+?)[._](weight|bias)$/.exec(tensor.name);
      if (!name) continue;
      const [, base = '', parameter = 'weight'] = name;
      const key = `${keyOf(canonicalName(base, family, bareText))}.${parameter}`;
      const inputs = tensor.shape.slice(1).reduce((product, size) => product * size, 1);
      weights.set(key, { out: tensor.shape[0] ?? 1, in: inputs, text: `[${tensor.shape.join(', ')}]` });
    }
  }
  return weights;
}

/** A separate text encoder file has no prefix: 1280 wide is the second CLIP. */
function bareTextComponent(header: ModelHeader): Component {
  const table = header.tensors.find((tensor) => tensor.name.endsWith('token_embedding.weight'));
  return table?.shape.at(-1) === 1280 ? 'te2' : 'te1';
}

function whyNot(
  target: LoraTarget,
  canonical: CanonicalName,
  weights: ReadonlyMap<string, Weight>,
  family: ModelFamily | undefined,
  headers: readonly ModelHeader[],
): string | undefined {
  const found = weights.get(`${keyOf(canonical)}.${target.parameter}`) ?? fusedWeight(canonical, weights, target.parameter);
  if (!found) return missing(canonical, family, headers);
  const part = canonical.part ?? ('part' in found ? (found as FusedWeight).part : undefined);
  const width = weights.get(`${keyOf(canonical)}.weight`)?.in ?? found.in; // a bias does not have it
  const rows = part === undefined ? found.out : partRows(canonical.name, part, found.out, width).rows;
  if (target.out === rows && target.in === found.in) return undefined;
  return `${target.name}: changes [${target.out}, ${target.in}], the model's weight is ${found.text}${part === undefined ? '' : `, this part of it [${rows}, ${found.in}]`}`;
}

interface FusedWeight extends Weight {
  readonly part: number;
}

/** q, k and v projections of an OpenCLIP text encoder are one weight. */
function fusedWeight({ component, name }: CanonicalName, weights: ReadonlyMap<string, Weight>, parameter: string): FusedWeight | undefined {
  const one = /_self_attn_([qkv])_proj$/.exec(name);
  const joined = one && weights.get(`${component}:${name.slice(0, one.index)}_self_attn_in_proj.${parameter}`);
  return joined ? { ...joined, part: 'qkv'.indexOf(one[1] as string) } : undefined;
}

const componentNames: Record<Component, string> = {
  unet: 'diffusion model',
  te1: 'text encoder',
  te2: 'second text encoder',
  te3: 'T5 text encoder',
  llm: 'language model',
  vae: 'autoencoder',
};

function missing({ component, name }: CanonicalName, family: ModelFamily | undefined, headers: readonly ModelHeader[]): string {
  const what = family ? families[family] : 'the model';
  const place = componentNames[component];
  if (component === 'unet') {
    const block = /^[a-z_]+?(?=_\d)/.exec(name)?.[0] ?? name;
    return `${what} has no ${block}… in its ${place}`;
  }
  return headers.length > 0 ? `the LoRA changes a ${place} part that this model does not have` : name;
}

/**
 * Tensors with only zeros.
 *
 * @throws ArtistError ERR_LORA: NaN or infinity
 */
async function checkValues(path: string): Promise<Set<string>> {
  const zeros = new Set<string>();
  const header = await readModelHeader(path);
  await withModelFile(path, async (file) => {
    for await (const { tensor, finite, zero } of readTensors(file, header.tensors)) {
      if (!finite)
        throw new ArtistError(
          'ERR_LORA',
          `${path}: ${tensor.name} contains NaN or infinity: training diverged. Use an earlier checkpoint of this LoRA`,
        );
      if (zero) zeros.add(tensor.name);
    }
  });
  return zeros;
}
