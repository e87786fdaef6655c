import { ArtistError } from '../core/index.ts';
import { detectFamily, families, type ModelFamily } from './family.ts';
import { readModelHeader } from './header.ts';
import { type LoraInfo, type LoraTarget, readLora } from './lora.ts';
import { type CanonicalName, type Component, canonicalName, fusedParts } from './lora-names.ts';
import { withModelFile } from './model-file.ts';
import type { ModelHeader } from './tensor-list.ts';
import { readTensors } from './tensor-values.ts';

export interface LoraFit {
  readonly info: LoraInfo;
  /** Targets that exist in the model with a fitting shape. */
  readonly applicable: number;
  readonly total: number;
  /** true: none of the targets fits, the LoRA would have no effect or crash an unpatched engine. */
  readonly misfit: boolean;
  /** Why targets do not fit, one sentence each, most frequent reason first, at most 5. Empty when everything fits. */
  readonly reasons: readonly string[];
}

interface Weight {
  readonly out: number;
  readonly in: number;
  readonly text: string;
}

/**
 * Checks a LoRA file and compares its targets with a model's weights (the headers of all its parts: checkpoint, or diffusion
 * model and text encoders). A malformed file is an error; one that does not fit is reported, the caller decides.
 * Models without a tensor list (torch checkpoints) count everything as applicable: only the engine can tell.
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
  if (options.values) await checkValues(path);
  const headers = 'tensors' in model ? [model] : model;
  const total = info.targets.length;
  if (headers.some((header) => header.tensors.length === 0)) return { info, applicable: total, total, misfit: false, reasons: [] };
  const family = headers.map(detectFamily).find((found) => found !== undefined);
  const weights = collectWeights(headers, family);
  const counts = new Map<string, number>();
  let applicable = 0;
  for (const target of info.targets) {
    const reason = whyNot(target, canonicalName(target.name, family), weights, family, headers);
    if (reason === undefined) applicable++;
    else counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const misfit = applicable === 0;
  const reasons = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 5)
    .map(([reason, count]) => (count > 1 ? `${reason} (${count} of ${total} targets)` : reason));
  if (misfit && info.trainedFor !== undefined)
    reasons.unshift(
      `the LoRA says it was trained for ${info.trainedFor}, the model is ${family ? families[family] : 'of an unknown family'}`,
    );
  return { info, applicable, total, misfit, reasons };
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
  const base = keyOf(canonical);
  const exact = weights.get(`${base}.${target.parameter}`);
  const fused = exact ?? fusedWeight(canonical, weights, target.parameter);
  if (!fused) return missing(canonical, family, headers);
  // The engine pads a change that covers only the first rows, and puts the parts of a fused weight behind each other.
  const rowsFit = target.out === fused.out || (target.out < fused.out && (exact === undefined || fusedParts.test(canonical.name)));
  if (rowsFit && target.in === fused.in) return undefined;
  return `${target.name}: changes [${target.out}, ${target.in}], the model's weight is ${fused.text}`;
}

/** q, k and v projections of an OpenCLIP text encoder are one weight. */
function fusedWeight({ component, name }: CanonicalName, weights: ReadonlyMap<string, Weight>, parameter: string): Weight | undefined {
  const joined = name.replace(/_self_attn_[qkv]_proj$/, '_self_attn_in_proj');
  return joined === name ? undefined : weights.get(`${component}:${joined}.${parameter}`);
}

const componentNames: Record<Component, string> = {
  unet: 'diffusion model',
  te1: 'text encoder',
  te2: 'second text encoder',
  te3: 'T5 text encoder',
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

async function checkValues(path: string): Promise<void> {
  const header = await readModelHeader(path);
  await withModelFile(path, async (file) => {
    for await (const { tensor, finite } of readTensors(file, header.tensors)) {
      if (!finite)
        throw new ArtistError(
          'ERR_LORA',
          `${path}: ${tensor.name} contains NaN or infinity: training diverged. Use an earlier checkpoint of this LoRA`,
        );
    }
  });
}
