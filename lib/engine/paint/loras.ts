/** The LoRAs of one call: reads them, compares them with the model, and records what the engine applied. */

import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ArtistError } from '../../core/index.ts';
import {
  checkLora,
  fitLora,
  idleTargets,
  type LoraFit,
  type LoraModule,
  loraModules,
  reasonsOf,
  resolveLora,
  takeLoraTags,
} from '../../lora/index.ts';
import { families, type ModelFamily, type ModelHeader, readModelHeader } from '../../models/index.ts';
import type { NativeLora } from '../addon/native-types.ts';
import type { ResolvedGenerate } from '../options/generate.ts';
import type { LoraEffect } from './generate-result.ts';
import { weightsFile } from './weights.ts';

type LoraOptions = NonNullable<ResolvedGenerate['loras']>;
type Warn = (message: string) => void;

export interface CheckedLora {
  path: string;
  weight: number;
  textEncoderWeight?: number;
  name: string;
  hash?: string;
  fit: LoraFit;
  modules: readonly LoraModule[];
  /** Modules that change nothing in any model, with the reason. They are not sent to the engine. */
  idle: ReadonlyMap<number, string>;
}

interface Place {
  path: string;
  weight: number;
  textEncoderWeight?: number;
}

export interface LoraModel {
  headers: readonly ModelHeader[];
  info: { family: string };
  home: string;
}

/** Moves the LoRA tags of the prompt to the option `loras`. Only the prompt is searched, not the negative prompt, as in A1111. */
export async function takePromptLoras(options: ResolvedGenerate, home: string, warn: Warn): Promise<ResolvedGenerate> {
  const { prompt, tags, problems } = takeLoraTags(options.prompt);
  for (const problem of problems) warn(problem);
  const negative = options.negativePrompt === undefined ? undefined : takeLoraTags(options.negativePrompt);
  for (const { text } of negative?.tags ?? [])
    warn(`${text} in the negative prompt is not applied: write it in the prompt, with a negative weight to push away`);
  const found: LoraOptions = [];
  for (const { name, weight, textEncoderWeight } of tags) {
    try {
      const path = await resolveLora(name, { home, nameOnly: true, anyFolder: true });
      found.push({ path, weight, ...(textEncoderWeight === undefined ? {} : { textEncoderWeight }) });
    } catch (error) {
      if (!(error instanceof ArtistError) || error.code !== 'ERR_MODEL_NOT_FOUND') throw error;
      warn(`<lora:${name}> in the prompt is not applied: ${error.message}`);
    }
  }
  const loras = [...(options.loras ?? []), ...found];
  return {
    ...options,
    prompt,
    ...(negative === undefined ? {} : { negativePrompt: negative.prompt }),
    ...(loras.length > 0 ? { loras } : {}),
  };
}

/** Paths of the LoRAs, each once: weights of a file that is named several times are added up. */
async function places(options: LoraOptions, home: string): Promise<Place[]> {
  const byPath = new Map<string, Place>();
  for (const option of options) {
    const { weight, textEncoderWeight, ...place } =
      typeof option === 'string' ? { path: option, weight: 1, textEncoderWeight: undefined } : option;
    const path = 'name' in place ? await resolveLora(place.name, { home, nameOnly: true }) : await resolveLora(place.path, { home });
    const known = byPath.get(path);
    const sum = (known?.weight ?? 0) + weight;
    const encoder = (known ? (known.textEncoderWeight ?? known.weight) : 0) + (textEncoderWeight ?? weight);
    byPath.set(path, { path, weight: sum, ...(encoder === sum ? {} : { textEncoderWeight: encoder }) });
  }
  return [...byPath.values()];
}

const familyNamed = (label: string): ModelFamily | undefined =>
  (Object.keys(families) as ModelFamily[]).find((family) => families[family] === label);

/**
 * Checks LoRA files before the engine merges them. A LoRA that does not fit at all, or changes nothing, is left out with a warning.
 *
 * @param warn gets a message with the reasons for each LoRA that does not fit, fits in part, or changes nothing
 * @throws ArtistError ERR_LORA when a file is malformed, no LoRA, or contains NaN or infinity; ERR_MODEL_NOT_FOUND when a path, or a name
 *   in `<home>/loras`, does not exist; ERR_READ, ERR_MODEL_FORMAT when a file cannot be read
 */
export async function checkLoras(options: LoraOptions, model: LoraModel, warn: Warn): Promise<CheckedLora[]> {
  const checked: CheckedLora[] = [];
  const family = familyNamed(model.info.family);
  for (const place of await places(options, model.home)) {
    const { info, zeros = new Set() } = await checkLoraOnce(place.path, model.headers);
    const fit = fitLora(info, model.headers, family);
    const file = await weightsFile(await readModelHeader(place.path));
    const modules = loraModules(info, family);
    const idle = idleModules(place, modules, idleTargets(info, zeros));
    if (!fit.misfit && idle.size === modules.length) warn(idleLine(file.name, fit, idle));
    else if (fit.applicable < fit.total) warn(misfitLine(file.name, fit, model.info.family));
    checked.push({ ...place, ...file, fit, modules, idle });
  }
  return checked;
}

/** A weight closer to 0 counts as 0, because sums of weights are seldom exactly 0. */
const leastWeight = 1e-6;

function idleModules(place: Place, modules: readonly LoraModule[], idle: ReadonlyMap<number, string>): Map<number, string> {
  const all = new Map(idle);
  for (const [at, module] of modules.entries()) if (Math.abs(weightFor(place, module)) < leastWeight) all.set(at, 'its weight is 0');
  return all;
}

const weightFor = ({ weight, textEncoderWeight = weight }: Place, module: LoraModule): number =>
  inTextEncoder(module) ? textEncoderWeight : weight;

function idleLine(name: string, { total, reasons }: LoraFit, idle: ReadonlyMap<number, string>): string {
  const counts = new Map<string, number>();
  for (const reason of idle.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return `${basename(name)} changes nothing and is left out: 0 of ${total} weights: ${[...reasonsOf(counts, total), ...reasons].join('; ')}`;
}

function misfitLine(name: string, { applicable, total, reasons, misfit }: LoraFit, family: string): string {
  const share = misfit
    ? `changes nothing in this ${family} model and is left out: 0 of ${total} weights`
    : `changes ${applicable} of ${total} weights of this ${family} model`;
  return `${basename(name)} ${share}: ${reasons.join('; ')}`;
}

/** Results of files whose values were checked, by path, size and modification time. */
const checkedFiles = new Map<string, Promise<LoraFit>>();

async function checkLoraOnce(path: string, headers: readonly ModelHeader[]): Promise<LoraFit> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return checkLora(path, headers);
  const key = `${path}\n${info.size}\n${info.mtimeMs}`;
  const known = checkedFiles.get(key);
  if (known) return known;
  const read = checkLora(path, headers, { values: true });
  checkedFiles.set(key, read);
  read.catch(() => checkedFiles.delete(key));
  return read;
}

const inTextEncoder = ({ weight }: LoraModule): boolean => !/^(?:unet|vae):/.test(weight);

/** LoRAs in the form the engine takes them. A LoRA with two weights becomes two, each with its own networks. */
export class EngineLoras {
  readonly requests: NativeLora[] = [];
  readonly #checked: readonly CheckedLora[];
  /** The LoRA and module that each module of `requests` came from. */
  readonly #origins: { lora: number; module: number }[][] = [];
  #effects: LoraEffect[];

  constructor(checked: readonly CheckedLora[]) {
    this.#checked = checked;
    // Until the engine reports, nothing counts as applied.
    this.#effects = checked.map((lora) => effectOf(lora, idleOutcomes(lora)));
    for (const [at, lora] of checked.entries()) {
      if (lora.fit.misfit) continue;
      const { textEncoderWeight, weight } = lora;
      if (textEncoderWeight === undefined) this.#add(at, weight, () => true);
      else {
        this.#add(at, weight, (module) => !inTextEncoder(module));
        this.#add(at, textEncoderWeight, inTextEncoder);
      }
    }
  }

  #add(at: number, weight: number, chosen: (module: LoraModule) => boolean): void {
    const { path, hash, modules, idle } = this.#checked[at] as CheckedLora;
    const origin = [...modules.keys()].filter((module) => !idle.has(module) && chosen(modules[module] as LoraModule));
    if (origin.length === 0) return;
    const taken = origin.map((module) => modules[module] as LoraModule);
    const identity = createHash('sha256')
      .update(JSON.stringify([hash, taken]))
      .digest('hex');
    this.requests.push({ path, weight, identity, modules: taken });
    this.#origins.push(origin.map((module) => ({ lora: at, module })));
  }

  /** Records what the engine reports for each module, and warns about what it did not apply although the files fit. */
  record(outcomes: readonly (readonly string[])[], warn: Warn): void {
    const byLora = this.#checked.map(idleOutcomes);
    for (const [request, origin] of this.#origins.entries())
      for (const [at, { lora, module }] of origin.entries()) byLora[lora]?.set(module, outcomes[request]?.[at] ?? 'idle');
    this.#effects = this.#checked.map((lora, at) => effectOf(lora, byLora[at] as Map<number, string>));
    for (const [at, lora] of this.#checked.entries()) {
      const effect = this.#effects[at] as LoraEffect;
      const lost = effect.total - effect.applied - effect.idle;
      if (lora.fit.misfit || lora.idle.size === lora.modules.length || (lost <= lora.fit.total - lora.fit.applicable && effect.applied > 0))
        continue;
      const counts = new Map<string, number>();
      for (const [module, outcome] of byLora[at] ?? []) {
        if (outcome === 'applied' || (outcome === 'idle' && effect.applied > 0)) continue;
        const reason = outcome === 'idle' ? (lora.idle.get(module) ?? 'the model does not compute with these weights') : outcome;
        counts.set(reason, (counts.get(reason) ?? 0) + 1);
      }
      warn(
        `${basename(lora.name)} ${effect.applied === 0 ? 'changed nothing' : 'was applied in part'}: ${effect.applied} of ${effect.total} weights: ${reasonsOf(counts, effect.total).join('; ')}`,
      );
    }
  }

  get effects(): readonly LoraEffect[] {
    return this.#effects;
  }

  /** The LoRAs that had an effect, for the recipe. */
  get used(): readonly LoraEffect[] {
    return this.#effects.filter(({ applied }) => applied > 0);
  }
}

const idleOutcomes = ({ fit, idle }: CheckedLora): Map<number, string> =>
  new Map(fit.misfit ? [] : [...idle.keys()].map((module) => [module, 'idle']));

function effectOf(lora: CheckedLora, outcomes: ReadonlyMap<number, string>): LoraEffect {
  const { name, hash, weight, textEncoderWeight, fit, modules } = lora;
  const modulesWith = (outcome: string): number[] => [...outcomes].filter(([, found]) => found === outcome).map(([module]) => module);
  const applied = modulesWith('applied');
  return {
    name,
    ...(hash === undefined ? {} : { hash }),
    weight,
    ...(textEncoderWeight === undefined ? {} : { textEncoderWeight }),
    applied: applied.length,
    idle: modulesWith('idle').length,
    total: fit.total,
    tensors: {
      applied: applied.reduce((sum, module) => sum + (modules[module]?.names.length ?? 0), 0),
      total: modules.reduce((sum, { names }) => sum + names.length, 0) + fit.info.foreign.reduce((sum, { tensors }) => sum + tensors, 0),
    },
  };
}
