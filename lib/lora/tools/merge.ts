import { basename, parse, resolve } from 'node:path';
import * as z from 'zod';
import { ArtistError, abortSignal, answering, checkReplaceable, resolveOptions, writeOutput } from '../../core/index.ts';
import { canonicalName, encodeSafetensors, type FloatTensor, floatTypes } from '../../models/index.ts';
import { judgeLicence, type LicenceRecord, licenceId, resultLicence } from '../licences.ts';
import type { LoraInfo } from '../read.ts';
import { expandMetadata, readDataSheet } from '../read-metadata.ts';
import { checkTensorValues } from '../write.ts';
import {
  type Compressed,
  compress,
  type Factors,
  type LoraContent,
  type LoraModule,
  loraTitle,
  moduleTensors,
  readFactors,
  scaledFactors,
} from './factors.ts';

export const outFields = {
  /** File to write, ending in .safetensors. */
  out: z.string().min(1),
  /** Type of the numbers. Default: the widest of the inputs. */
  type: z.enum(floatTypes).optional(),
  /** Replace an existing file. Default false. */
  overwrite: z.boolean().default(false),
  signal: abortSignal().optional(),
};
const rank = (): z.ZodInt => z.int().min(1).max(4096);

export const resizeLoraOptions = z
  .strictObject({
    /** Highest rank to keep in each module. */
    rank: rank().optional(),
    /** Share of the energy to keep in each module, above 0 and below 1; ranks then differ between modules. */
    energy: z.number().gt(0).lt(1).optional(),
    ...outFields,
  })
  .refine(({ rank: most, energy }) => most !== undefined || energy !== undefined, {
    error: 'expected rank or energy (or both), got neither',
  });
export type ResizeLoraOptions = z.input<typeof resizeLoraOptions>;

export const mergeLorasOptions = z.strictObject({
  /** Reduce the sum to this rank by SVD. Default: ranks are added up, and the result is exact. */
  rank: rank().optional(),
  ...outFields,
});
export type MergeLorasOptions = z.input<typeof mergeLorasOptions>;

const mergeInputs = z
  .array(z.strictObject({ path: z.string().min(1), weight: z.number().min(-10).max(10).default(1) }))
  .min(1)
  .max(64);
export type MergeInput = z.input<typeof mergeInputs>[number];

/** The result for one weight's change. */
export interface ModuleReport {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Share of the energy that is left, 0..1; 1 if nothing was cut. */
  readonly kept: number;
}

export interface LoraReport {
  readonly path: string;
  readonly bytes: number;
  readonly tensorHash: string;
  readonly modules: readonly ModuleReport[];
  /** Share of the energy of the whole LoRA that is left, 0..1. */
  readonly kept: number;
  /** Largest rank of the result. */
  readonly rank: number;
  readonly licence?: string;
  readonly warnings: readonly string[];
}

/** ‖up·down‖² = Σ (upᵀup)∘(down·downᵀ): squares of the singular values, without the product. */
function energyOf({ up, down }: Factors): number {
  const dot = (x: Float64Array, y: Float64Array): number => {
    let sum = 0;
    for (let index = 0; index < x.length; index++) sum += (x[index] as number) * (y[index] as number);
    return sum;
  };
  let energy = 0;
  for (let a = 0; a < up.length; a++)
    for (let b = a; b < up.length; b++)
      energy +=
        (a === b ? 1 : 2) * dot(up[a] as Float64Array, up[b] as Float64Array) * dot(down[a] as Float64Array, down[b] as Float64Array);
  return Math.max(0, energy);
}

/** One module of the result: its name and the changes to add up. */
interface Part {
  readonly module: LoraModule;
  readonly sources: readonly { readonly module: LoraModule; readonly factor: number }[];
}

/** Reduces each part within `limits`; without limits they stay unchanged. */
async function reduce(
  parts: readonly Part[],
  limits: { rank?: number | undefined; energy?: number | undefined } | undefined,
  signal: AbortSignal | undefined,
): Promise<{ tensors: FloatTensor[]; modules: ModuleReport[]; kept: number }> {
  const tensors: FloatTensor[] = [];
  const modules: ModuleReport[] = [];
  let [total, left] = [0, 0];
  for (const { module, sources } of parts) {
    // A module of a high rank takes a tenth of a second, so yield to the event loop in between.
    await new Promise((done) => setImmediate(done));
    signal?.throwIfAborted();
    const scaled = sources.map((source) => scaledFactors(source.module, source.factor));
    const whole: Factors = { up: scaled.flatMap(({ up }) => up), down: scaled.flatMap(({ down }) => down) };
    const from = whole.up.length;
    const cut = limits !== undefined && (limits.energy !== undefined || from > (limits.rank ?? Number.POSITIVE_INFINITY));
    const result: Compressed = cut
      ? compress(whole.up, whole.down, limits)
      : { ...whole, energy: limits === undefined ? 0 : energyOf(whole), kept: 1 };
    total += result.energy;
    left += result.energy * result.kept;
    tensors.push(...moduleTensors(module, result.up, result.down));
    modules.push({ name: module.name, from, to: result.up.length, kept: result.kept });
  }
  return { tensors, modules, kept: total > 0 ? left / total : 1 };
}

/**
 * Checks the output path before the work begins.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT: wrong ending, or the path is an input; and every error of checkReplaceable()
 */
export async function checkResult(out: string, inputs: readonly string[], overwrite: boolean): Promise<void> {
  if (!out.toLowerCase().endsWith('.safetensors'))
    throw new ArtistError('ERR_INVALID_ARGUMENT', `out: expected a name ending in .safetensors, got ${JSON.stringify(out)}`);
  await checkReplaceable(out, { as: 'file', overwrite, inputs, name: 'out' });
}

export async function writeResult(
  where: string,
  { tensors, modules, kept }: { tensors: FloatTensor[]; modules: ModuleReport[]; kept: number },
  metadata: Record<string, string>,
  { out, type, overwrite }: { out: string; type: (typeof floatTypes)[number]; overwrite: boolean },
): Promise<Omit<LoraReport, 'licence' | 'warnings'>> {
  checkTensorValues(out, tensors, type);
  const ranks = modules.map(({ to }) => to);
  const largest = Math.max(...ranks);
  const dynamic = ranks.some((value) => value !== largest);
  const { bytes, tensorHash } = encodeSafetensors(tensors, type, (hash) => ({
    ...metadata,
    ss_network_dim: dynamic ? 'Dynamic' : String(largest),
    ss_network_alpha: dynamic ? 'Dynamic' : String(largest),
    ss_training_comment: [metadata['ss_training_comment'], where].filter(Boolean).join('; '),
    sshs_model_hash: hash,
    'modelspec.title': parse(out).name,
    'modelspec.hash_sha256': `0x${hash}`,
  }));
  await writeOutput(out, bytes, { overwrite });
  return { path: resolve(out), bytes: bytes.length, tensorHash, modules, kept, rank: largest };
}

/** Metadata about the scale of the factors. Left out, because the results made here include the scale in the factors. */
const scaleMetadata: readonly string[] = ['lora_adapter_metadata', 'lora_alpha', 'alpha', 'r', 'rank', 'use_rslora', 'alpha_pattern'];

/** Metadata of a file, for one made from it. */
export function metadataTexts(info: LoraInfo): Record<string, string> {
  const kept = Object.entries(info.metadata).filter(([name]) => !scaleMetadata.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}

/**
 * Writes a LoRA with a lower rank: the best approximation of each module's change (SVD), whatever its alpha was. Metadata, data sheet and
 * licence go along.
 *
 * @throws ArtistError ERR_UNSUPPORTED: LoHa, LoKr…; ERR_LORA; ERR_ALREADY_EXISTS; ERR_INVALID_ARGUMENT; those of readLora() and of writing
 */
export const resizeLora = answering('resizeLora', async (path: string, options: ResizeLoraOptions): Promise<LoraReport> => {
  const { out, type, overwrite, signal, rank: most, energy } = resolveOptions('resizeLora', resizeLoraOptions, options);
  signal?.throwIfAborted();
  await checkResult(out, [path], overwrite);
  const content = await readFactors(path);
  const parts = content.modules.map((module) => ({ module, sources: [{ module, factor: module.scale }] }));
  const reduced = await reduce(parts, { rank: most, energy }, signal);
  const how = [most === undefined ? '' : `rank ${most}`, energy === undefined ? '' : `${energy} of the energy`].filter(Boolean).join(', ');
  const report = await writeResult(`resized to ${how}`, reduced, metadataTexts(content.info), {
    out,
    type: type ?? content.type,
    overwrite,
  });
  const grown = most !== undefined && content.modules.every((module) => module.rank <= most) && energy === undefined;
  return {
    ...report,
    ...(content.info.licence === undefined ? {} : { licence: content.info.licence }),
    warnings: grown ? [`${basename(path)}: no rank is above ${most}, so nothing was cut`] : [],
  };
});

/**
 * Adds LoRAs up into one: the sum of weight · change for every module. By default ranks are added up, which is exact (to rounding) for LoRAs
 * of any ranks and alphas; with `rank` the sum is reduced by SVD. Files may spell names differently; the first one's spelling is kept.
 *
 * @throws ArtistError ERR_LORA: one weight with two shapes; ERR_UNSUPPORTED: LoHa, LoKr…; ERR_ALREADY_EXISTS; ERR_INVALID_ARGUMENT; those of
 *   readLora() and of writing
 */
export const mergeLoras = answering(
  'mergeLoras',
  async (inputs: readonly MergeInput[], options: MergeLorasOptions): Promise<LoraReport> => {
    const { out, type, overwrite, signal, rank: most } = resolveOptions('mergeLoras', mergeLorasOptions, options);
    const given = resolveOptions('mergeLoras', mergeInputs, inputs);
    signal?.throwIfAborted();
    await checkResult(
      out,
      given.map(({ path }) => path),
      overwrite,
    );
    const merged = new Map<string, Part>();
    const contents: { content: LoraContent; weight: number }[] = [];
    for (const { path, weight } of given) {
      const content = await readFactors(path);
      contents.push({ content, weight });
      for (const module of content.modules) {
        const known = merged.get(module.key);
        if (known) checkShapes(path, known.module, module);
        merged.set(module.key, {
          module: known?.module ?? module,
          sources: [...(known?.sources ?? []), { module, factor: weight * module.scale }],
        });
      }
    }
    checkSpellings(merged);
    const reduced = await reduce([...merged.values()], most === undefined ? undefined : { rank: most }, signal);
    const { licence, warnings } = mergedLicence(contents.map(({ content }) => content.info));
    const widest = floatTypes.find((known) => contents.some(({ content }) => content.type === known)) ?? 'F16';
    const metadata = mergedMetadata(contents, licence);
    const how = `merged from ${contents.map(({ content, weight }) => `${loraTitle(content.info)}:${weight}`).join(', ')}`;
    const report = await writeResult(how, reduced, metadata, { out, type: type ?? widest, overwrite });
    return { ...report, ...(licence === undefined ? {} : { licence }), warnings: [...warnings, ...familyWarning(contents)] };
  },
);

/** Transformer layers have two sets of names, those of the original model and of diffusers; a file with both would have half its effect. */
function checkSpellings(merged: ReadonlyMap<string, Part>): void {
  for (const [key, { module }] of merged)
    for (const family of ['sd3', 'flux', 'z-image'] as const) {
      const { component, name } = canonicalName(module.name, family);
      const other = merged.get(`${component}:${name}`);
      if (`${component}:${name}` !== key && other)
        throw new ArtistError(
          'ERR_LORA',
          `mergeLoras: expected one way of naming a layer, got ${module.name} and ${other.module.name}. Bring them to one first: for Stable Diffusion 3 with "ai-artist lora convert"`,
        );
    }
}

function checkShapes(path: string, first: LoraModule, other: LoraModule): void {
  const shape = ({ out, downTail }: LoraModule): string =>
    `[${[out, ...downTail].filter((size, index) => index < 2 || size > 1).join(', ')}]`;
  if (shape(first) !== shape(other))
    throw new ArtistError(
      'ERR_LORA',
      `${path}: ${other.name}: expected a change of ${shape(first)} as in the first LoRA, got ${shape(other)}. They were made for different models`,
    );
}

function familyWarning(contents: readonly { content: LoraContent }[]): string[] {
  const made = new Set(contents.flatMap(({ content: { info } }) => (info.trainedFor === undefined ? [] : [info.trainedFor])));
  return made.size > 1 ? [`they say they were trained for different models: ${[...made].join(', ')}`] : [];
}

/** The strictest of the licences; undefined if one of them is unknown. */
function mergedLicence(infos: readonly LoraInfo[]): { licence: string | undefined; warnings: string[] } {
  const unknown: string[] = [];
  const records: LicenceRecord[] = [];
  for (const info of infos) {
    const record: LicenceRecord = { id: info.licence === undefined ? '' : licenceId(info.licence), origin: 'sidecar' };
    if (judgeLicence(record, { nonCommercial: true }).permitted) records.push(record);
    else unknown.push(`${loraTitle(info)} (${info.licence ?? 'states none'})`);
  }
  if (unknown.length > 0)
    return {
      licence: undefined,
      warnings: [`the licence of the result is not known, because of ${unknown.join(', ')}. Look it up before you pass it on`],
    };
  const alike = records.some(({ id }) => id.startsWith('CC-BY-SA')) && records.some(({ id }) => id.startsWith('CC-BY-NC'));
  if (alike) return { licence: undefined, warnings: ['CC-BY-SA and CC-BY-NC cannot both be kept: the result may not be passed on'] };
  return { licence: resultLicence(records).id, warnings: [] };
}

function mergedMetadata(
  contents: readonly { content: LoraContent; weight: number }[],
  licence: string | undefined,
): Record<string, string> {
  const first = contents[0]?.content.info.metadata ?? {};
  const kept = [
    'ss_v2',
    'ss_base_model_version',
    'ss_network_module',
    'ss_sd_model_name',
    'ss_new_sd_model_hash',
    'modelspec.sai_model_spec',
  ];
  kept.push('modelspec.architecture', 'modelspec.implementation', 'modelspec.prediction_type', 'modelspec.resolution', 'ai_artist.family');
  const triggers = [...new Set(contents.flatMap(({ content }) => content.info.triggers))];
  const from = contents.map(({ content: { info }, weight }) => ({
    title: loraTitle(info),
    weight,
    hash: info.metadata['sshs_model_hash'],
    licence: info.licence,
    attribution: attributionOf(info),
  }));
  return {
    ...Object.fromEntries(kept.flatMap((name) => (first[name] === undefined ? [] : [[name, String(first[name])]]))),
    'modelspec.merged_from': from.map(({ title }) => title).join(', '),
    ...(triggers.length > 0 ? { 'modelspec.trigger_phrase': triggers.join(', ') } : {}),
    ...(licence === undefined ? {} : { [licence === 'own' ? 'ai_artist.licence' : 'modelspec.license']: licence }),
    'ai_artist.merged_from': JSON.stringify(from),
  };
}

/** Credits for a LoRA's training data, from its data sheet or from those it was merged from. */
function attributionOf({ metadata }: LoraInfo): string[] {
  const merged = expandMetadata(metadata)['ai_artist.merged_from'];
  const lines: unknown[] = [...(readDataSheet(metadata)?.attribution ?? [])];
  for (const part of Array.isArray(merged) ? merged : [])
    if (part !== null && typeof part === 'object' && 'attribution' in part && Array.isArray(part.attribution))
      lines.push(...part.attribution);
  return [...new Set(lines.filter((line) => typeof line === 'string'))];
}
