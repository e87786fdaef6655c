import { ArtistError, answering } from '../core/index.ts';
import type { ModelHeader, TensorInfo } from '../models/index.ts';
import {
  describeIdentity,
  foreignKind,
  halfToFloat,
  type Identity,
  identify,
  type LoraRole,
  looksLikeLora,
  type ModelFile,
  readModelHeader,
  splitLoraName,
  withModelFile,
} from '../models/index.ts';
import { adapterAlpha } from './alpha.ts';
import { readTriggers } from './trigger-words.ts';

/** How a file stores its change of the weights; `mixed` if targets differ, `other` for kinds that are not applied. */
export type LoraKind = 'lora' | 'locon' | 'loha' | 'lokr' | 'full' | 'mixed' | 'other';

/** One weight that the LoRA changes. */
export interface LoraTarget {
  /** Name as in the file, without the role. */
  readonly name: string;
  readonly parameter: 'weight' | 'bias';
  readonly kind: LoraKind;
  /** Absent for `full` and for LoKr without factors. */
  readonly rank?: number;
  /** From the file's tensor, else its metadata. Absent if the effect is not scaled (alpha = rank). */
  readonly alpha?: number;
  /** DoRA: sets the magnitude of the changed weight, per output or per input. */
  readonly dora?: 'out' | 'in';
  /** Rows and the product of the other sizes of the change, [out, in * kh * kw]. */
  readonly out: number;
  readonly in: number;
  /** Its tensors in the file, by role. */
  readonly tensors: Readonly<Partial<Record<LoraRole, string>>>;
}

/** Changes in a file that the engine does not apply. */
export interface ForeignPart {
  /** "OFT", "GLoRA" …, or the tensors' endings if the kind is unknown. */
  readonly kind: string;
  readonly modules: number;
  readonly tensors: number;
}

export interface LoraInfo {
  readonly path: string;
  readonly kind: LoraKind;
  readonly targets: readonly LoraTarget[];
  /** Further changes in the file that are not applied. */
  readonly foreign: readonly ForeignPart[];
  /** Ranks found, smallest first. */
  readonly ranks: readonly number[];
  /** Alphas found, smallest first. */
  readonly alphas: readonly number[];
  readonly parameters: number;
  /** The model it was trained for, by its metadata: modelspec.architecture, else ss_base_model_version, else baseModel; free text. */
  readonly trainedFor?: string;
  /** Trigger words: modelspec.trigger_phrase, else the phrase and the tags that at least half of the captions have. */
  readonly triggers: readonly string[];
  readonly title?: string;
  /** As stated in the file, else from the data sheet of a LoRA trained here: "own" if nothing restricts it. */
  readonly licence?: string;
  readonly metadata: ModelHeader['metadata'];
}

type Parts = Partial<Record<LoraRole, TensorInfo>>;

const loraError = (path: string, problem: string): ArtistError => new ArtistError('ERR_LORA', `${path}: ${problem}`);

/** How to use a file that is no LoRA, for the error message. */
function whatInstead(identity: Identity): string {
  const what = describeIdentity(identity);
  switch (identity.kind) {
    case 'checkpoint':
    case 'diffusion':
      return `It is a model (${what}): use it as one instead, --model`;
    case 'unknown':
      return 'What it is cannot be told by its tensors. Check that it is the file you meant';
    default:
      return `It is for another place: ${what}`;
  }
}

/**
 * Reads a LoRA's header and its alphas and checks that every target is complete and consistent: the engine dereferences missing factors and
 * asserts on mismatched ones.
 *
 * @throws ArtistError ERR_LORA (not a LoRA, missing or mismatched factors, alpha not finite) and every error of readModelHeader()
 */
export const readLora = answering('readLora', async (path: string): Promise<LoraInfo> => {
  const header = await readModelHeader(path);
  const names = header.tensors.map((tensor) => tensor.name);
  if (header.tensors.length === 0)
    throw loraError(path, 'LoRA files of the torch format (.pt, .ckpt) cannot be checked. Convert it to safetensors');
  if (!looksLikeLora(names))
    throw loraError(path, `is not a LoRA: none of its ${names.length} tensors is a LoRA factor. ${whatInstead(identify(header))}`);
  const foreign = foreignParts(header);
  const groups = new Map<string, { name: string; parameter: 'weight' | 'bias'; parts: Parts }>();
  for (const tensor of header.tensors) {
    const { target, role, parameter } = splitLoraName(tensor.name);
    if (role === 'other' || foreign.targets.has(target)) continue;
    const key = `${target}.${parameter}`;
    const group = groups.get(key) ?? { name: target, parameter, parts: {} };
    if (group.parts[role]) throw loraError(path, `${target}: two tensors for ${role}: ${group.parts[role].name} and ${tensor.name}`);
    group.parts[role] = tensor;
    groups.set(key, group);
  }
  const scalars = await withModelFile(path, (file) =>
    readScalars(
      file,
      [...groups.values()].flatMap(({ parts }) => [parts.alpha, parts.scale]),
    ),
  );
  const alphaOf = await adapterAlpha(header);
  const targets: LoraTarget[] = [];
  for (const { name, parameter, parts } of groups.values()) {
    const shape = describe(path, name, parts);
    if (!shape) continue;
    const alpha = parts.alpha ? scalars.get(parts.alpha.name) : parts.scale ? undefined : alphaOf(name, shape.rank);
    const dora = parts.dora && doraAxis(path, parts.dora, shape);
    const tensors = Object.fromEntries(Object.entries(parts).map(([role, tensor]) => [role, tensor.name]));
    targets.push({ name, parameter, ...shape, ...(alpha === undefined ? {} : { alpha }), ...(dora ? { dora } : {}), tensors });
  }
  if (targets.length === 0 && foreign.parts.length === 0) throw loraError(path, 'has scales but no factors: nothing to apply');
  return summarise(header, targets, foreign.parts);
});

/** Targets of kinds that are not applied; includes a LoKr with a core, though its other tensors are known. */
function foreignParts(header: ModelHeader): { targets: Set<string>; parts: ForeignPart[] } {
  const kinds = new Map<string, { targets: Set<string>; tensors: number }>();
  for (const { name } of header.tensors) {
    if (splitLoraName(name).role !== 'other') continue;
    const known = foreignKind(name);
    const end = name.split('.').slice(-2).join('.');
    const { target, kind } = known ?? { target: name.slice(0, name.length - end.length - 1), kind: `of an unknown kind (….${end})` };
    const entry = kinds.get(kind) ?? { targets: new Set(), tensors: 0 };
    entry.targets.add(target);
    entry.tensors++;
    kinds.set(kind, entry);
  }
  const targets = new Set([...kinds].filter(([kind]) => kind.startsWith('LoKr')).flatMap(([, entry]) => [...entry.targets]));
  return { targets, parts: [...kinds].map(([kind, entry]) => ({ kind, modules: entry.targets.size, tensors: entry.tensors })) };
}

/**
 * Which magnitudes a DoRA sets. PEFT stores one number per output; LyCORIS, kohya and OneTrainer keep all dimensions, so the position of
 * the long one decides.
 */
function doraAxis(path: string, { name, shape }: TensorInfo, { out, in: inputs }: Shape): 'out' | 'in' {
  const count = shape.reduce((product, size) => product * size, 1);
  const perOutput = shape.length < 2 || shape[0] === count || /lora_magnitude_vector/.test(name);
  if (perOutput ? count !== out : inputs % count !== 0)
    throw loraError(path, `${name}: [${shape.join(', ')}] fits neither the ${out} outputs nor the ${inputs} inputs of its weight`);
  return perOutput ? 'out' : 'in';
}

type Shape = Pick<LoraTarget, 'kind' | 'rank' | 'out' | 'in'>;

const rows = (tensor: TensorInfo): number => tensor.shape[0] ?? 1;
const rest = (tensor: TensorInfo): number => tensor.shape.slice(1).reduce((product, size) => product * size, 1);
const shapeText = (tensor: TensorInfo): string => `[${tensor.shape.join(', ')}]`;

/** Checks one target; undefined if it has only an alpha or scale (the engine ignores those). */
function describe(path: string, name: string, parts: Parts): Shape | undefined {
  const fail = (problem: string): never => {
    throw loraError(path, `${name}: ${problem}. The file is damaged or of an unknown kind`);
  };
  const need = (roles: readonly LoraRole[]): TensorInfo[] => {
    const missing = roles.filter((role) => !parts[role]);
    if (missing.length > 0) fail(`expected ${roles.join(', ')}, missing ${missing.join(', ')}`);
    return roles.map((role) => parts[role] as TensorInfo);
  };
  const families = [
    parts.down ?? parts.up ?? parts.mid,
    parts.w1_a ?? parts.w1_b ?? parts.w2_a ?? parts.w2_b ?? parts.t1 ?? parts.t2,
    lokrPart(parts),
    parts.diff,
  ].filter((found) => found !== undefined);
  if (families.length > 1) fail('mixes two kinds of factors for one weight');

  if (parts.down ?? parts.up ?? parts.mid) {
    const [down, up] = need(['down', 'up']) as [TensorInfo, TensorInfo];
    const rank = rows(down);
    const mid = parts.mid;
    if (rest(up) !== (mid ? rows(mid) : rank)) fail(`lora_down ${shapeText(down)} and lora_up ${shapeText(up)} have different ranks`);
    if (mid && (mid.shape[1] ?? 1) !== rank) fail(`lora_mid ${shapeText(mid)} does not fit rank ${rank}`);
    const kernel = mid ? mid.shape.slice(2).reduce((product, size) => product * size, 1) : 1;
    return {
      kind: kernel > 1 || down.shape.slice(2).some((size) => size > 1) ? 'locon' : 'lora',
      rank,
      out: rows(up),
      in: rest(down) * kernel,
    };
  }
  if (parts.w1_a ?? parts.w1_b ?? parts.w2_a ?? parts.w2_b ?? parts.t1 ?? parts.t2) return describeLoha(need, fail, parts);
  if (lokrPart(parts)) return describeLokr(need, fail, parts);
  if (parts.diff) return { kind: 'full', out: rows(parts.diff), in: rest(parts.diff) };
  return undefined;
}

const lokrPart = (parts: Parts): TensorInfo | undefined => parts.k1 ?? parts.k1_a ?? parts.k1_b ?? parts.k2 ?? parts.k2_a ?? parts.k2_b;

function describeLoha(need: (roles: readonly LoraRole[]) => TensorInfo[], fail: (problem: string) => never, parts: Parts): Shape {
  const [a1, b1, a2, b2] = need(['w1_a', 'w1_b', 'w2_a', 'w2_b']) as [TensorInfo, TensorInfo, TensorInfo, TensorInfo];
  const tucker = parts.t1 !== undefined || parts.t2 !== undefined;
  if (tucker) need(['t1', 't2']);
  const half = (a: TensorInfo, b: TensorInfo, t: TensorInfo | undefined): { out: number; in: number } => {
    // With a Tucker core the "a" factor is stored transposed: [rank, out].
    const rank = t ? rows(a) : rest(a);
    if (rows(b) !== rank)
      fail(`${a.name.split('.').at(-1) ?? ''} ${shapeText(a)} and ${b.name.split('.').at(-1) ?? ''} ${shapeText(b)} have different ranks`);
    const kernel = t ? t.shape.slice(2).reduce((product, size) => product * size, 1) : 1;
    return { out: t ? rest(a) : rows(a), in: rest(b) * kernel };
  };
  const first = half(a1, b1, parts.t1);
  const second = half(a2, b2, parts.t2);
  if (first.out !== second.out || first.in !== second.in)
    fail(`its two products have different shapes, [${first.out}, ${first.in}] and [${second.out}, ${second.in}]`);
  return { kind: 'loha', rank: rows(b1), ...first };
}

function describeLokr(need: (roles: readonly LoraRole[]) => TensorInfo[], fail: (problem: string) => never, parts: Parts): Shape {
  const side = (whole: TensorInfo | undefined, aRole: LoraRole, bRole: LoraRole): { out: number; in: number; rank?: number } => {
    if (whole) return { out: rows(whole), in: rest(whole) };
    const [a, b] = need([aRole, bRole]) as [TensorInfo, TensorInfo];
    if (rest(a) !== rows(b)) fail(`${aRole} ${shapeText(a)} and ${bRole} ${shapeText(b)} have different ranks`);
    return { out: rows(a), in: rest(b), rank: rows(b) };
  };
  const first = side(parts.k1, 'k1_a', 'k1_b');
  const second = side(parts.k2, 'k2_a', 'k2_b');
  const rank = second.rank ?? first.rank;
  return { kind: 'lokr', ...(rank === undefined ? {} : { rank }), out: first.out * second.out, in: first.in * second.in };
}

/** Alphas and scales: one finite number each. A NaN here turns the whole model into NaN. */
async function readScalars(file: ModelFile, tensors: readonly (TensorInfo | undefined)[]): Promise<Map<string, number>> {
  const values = new Map<string, number>();
  for (const tensor of tensors) {
    if (!tensor) continue;
    if (tensor.shape.some((size) => size !== 1))
      throw loraError(file.path, `${tensor.name}: expected one number, got a tensor of shape ${shapeText(tensor)}`);
    const value = scalar(await file.read(tensor.offset, tensor.bytes), tensor.dtype);
    if (value === undefined) throw loraError(file.path, `${tensor.name}: a scale of type ${tensor.dtype} cannot be read`);
    if (!Number.isFinite(value)) throw loraError(file.path, `${tensor.name}: expected a finite number, got ${value}`);
    values.set(tensor.name, value);
  }
  return values;
}

function scalar(bytes: Buffer, dtype: string): number | undefined {
  switch (dtype) {
    case 'F16':
      return halfToFloat(bytes.readUInt16LE(0));
    case 'BF16':
      return Buffer.concat([Buffer.alloc(2), bytes]).readFloatLE(0);
    case 'F32':
      return bytes.readFloatLE(0);
    case 'F64':
      return bytes.readDoubleLE(0);
    case 'I32':
      return bytes.readInt32LE(0);
    case 'I64':
      return Number(bytes.readBigInt64LE(0));
    default:
      return undefined;
  }
}

function summarise(header: ModelHeader, targets: readonly LoraTarget[], foreign: readonly ForeignPart[]): LoraInfo {
  const { metadata } = header;
  const kinds = new Set(targets.map((target) => (target.kind === 'locon' ? 'lora' : target.kind)));
  const convolutions = targets.some((target) => target.kind === 'locon');
  const [only] = kinds;
  const kind: LoraKind = kinds.size > 1 ? 'mixed' : only === 'lora' && convolutions ? 'locon' : (only ?? 'other');
  const numbers = (values: readonly (number | undefined)[]): number[] =>
    [...new Set(values.filter((value) => value !== undefined))].sort((a, b) => a - b);
  const text = (...keys: string[]): string | undefined =>
    keys.map((key) => metadata[key]).find((value): value is string => typeof value === 'string' && value !== '' && value !== 'None');
  const trainedFor = text('modelspec.architecture', 'ss_base_model_version', 'baseModel', 'base_model');
  const title = text('modelspec.title', 'ss_output_name', 'general.name');
  const licence = text('modelspec.license', 'license', 'general.license', 'ai_artist.licence') ?? sheetLicence(metadata);
  return {
    path: header.path,
    kind,
    targets,
    foreign,
    ranks: numbers(targets.map((target) => target.rank)),
    alphas: numbers(targets.map((target) => target.alpha)),
    parameters: header.tensors.reduce((sum, tensor) => sum + tensor.shape.reduce((product, size) => product * size, 1), 0),
    ...(trainedFor === undefined ? {} : { trainedFor }),
    triggers: readTriggers(text('modelspec.trigger_phrase'), text('ss_tag_frequency'), pictureCount(metadata)),
    ...(title === undefined ? {} : { title }),
    ...(licence === undefined ? {} : { licence }),
    metadata,
  };
}

/** Number of pictures, from kohya's list of folders or our own count; undefined if neither is stated. */
function pictureCount(metadata: ModelHeader['metadata']): number | undefined {
  const folders = jsonObject(metadata['ss_dataset_dirs']);
  const counts = Object.values(folders ?? {}).map((folder) => (isFields(folder) ? folder['img_count'] : undefined));
  const sum = counts.reduce<number>((total, count) => total + (typeof count === 'number' ? count : 0), 0);
  if (sum > 0) return sum;
  const ours = jsonObject(metadata['ai_artist.data_sheet'])?.['pictures'];
  return isFields(ours) && typeof ours['train'] === 'number' ? ours['train'] : undefined;
}

/** The licence of the training data, from our data sheet: "own" appears nowhere else. */
function sheetLicence(metadata: ModelHeader['metadata']): string | undefined {
  const licence = jsonObject(metadata['ai_artist.data_sheet'])?.['licence'];
  return isFields(licence) && typeof licence['id'] === 'string' ? licence['id'] : undefined;
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Metadata is free text: ignore what is not JSON. */
function jsonObject(text: unknown): Fields | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
