import { defined } from '../../core/index.ts';
import { type InfotextParts, parseInfotext } from './infotext-grammar.ts';
import { asObject, chosen, chosenVae, type JsonObject, numberAt, parseObject, textAt } from './json-fields.ts';
import { type LoraTag, readLoraTags } from './lora-tags.ts';
import type { PartialRecipe, Recipe } from './recipe.ts';
import { engineNames } from './sampler-names.ts';

/** Reads A1111 infotext as a recipe: from A1111, Forge, SD.Next, Fooocus, Civitai and other programs that write it. */

type Weights = NonNullable<Recipe['model']>;
type Lora = NonNullable<Recipe['loras']>[number];

function number(value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

function whole(minimum: number): (value: string | undefined) => number | undefined {
  return (value) => {
    const parsed = number(value);
    return parsed !== undefined && Number.isSafeInteger(parsed) && parsed >= minimum ? parsed : undefined;
  };
}

function size(value: string | undefined): { width: number; height: number } | undefined {
  const match = /^\s*(\d{1,6})\s*[x×]\s*(\d{1,6})\s*$/.exec(value ?? '');
  return match === null || Number(match[1]) < 1 || Number(match[2]) < 1 ? undefined : { width: Number(match[1]), height: Number(match[2]) };
}

/** The fields of a text. Understood fields are taken out; the rest becomes `extra`. */
class Fields {
  // The first of repeated keys counts. A Map, because a key may be "__proto__".
  readonly left = new Map<string, string>();

  constructor(fields: InfotextParts['fields']) {
    for (const [key, value] of fields) if (!this.left.has(key)) this.left.set(key, value);
  }

  get(key: string): string | undefined {
    return this.left.get(key);
  }

  take(key: string): string | undefined {
    const value = this.left.get(key);
    this.left.delete(key);
    return value === '' ? undefined : value;
  }

  /** Takes a field only if it is understood; otherwise it stays in `extra`. */
  takeIf<T>(key: string, read: (value: string | undefined) => T | undefined): T | undefined {
    const value = read(this.left.get(key));
    if (value !== undefined) this.left.delete(key);
    return value;
  }
}

/** "name: value, name: value" as a map; `Lora hashes`, Fooocus' `Lora weights`. */
function pairs(text: string | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of (text ?? '').split(',')) {
    const colon = pair.lastIndexOf(':');
    if (colon > 0) found.set(pair.slice(0, colon).trim(), pair.slice(colon + 1).trim());
  }
  return found;
}

interface CivitaiResource {
  type: string;
  name: string;
  weight: number | undefined;
}

/** The JSON list of Civitai's generator in `Civitai resources`. */
function civitaiResources(text: string | undefined): CivitaiResource[] {
  const items = text === undefined ? undefined : parseObject(`{"items":${text}}`)?.['items'];
  return (Array.isArray(items) ? items : []).flatMap((item) => {
    const entry = asObject(item);
    const id = numberAt(entry, 'modelVersionId');
    const name = textAt(entry, 'modelName', 'air') ?? (id === undefined ? undefined : `civitai:${id}`);
    return name === undefined ? [] : [{ type: textAt(entry, 'type')?.toLowerCase() ?? '', name, weight: numberAt(entry, 'weight') }];
  });
}

/** LoRAs: from the tags of the prompt, else from fields. Their hashes are in one of two fields; an unused one stays in `extra`. */
function readLoras(fields: Fields, tags: readonly LoraTag[], hashes: JsonObject | undefined, resources: CivitaiResource[]): Lora[] {
  const loraHashes = pairs(fields.get('Lora hashes'));
  const loraWeights = pairs(fields.get('Lora weights'));
  const named: LoraTag[] = [...tags];
  for (const [name, text] of loraWeights) {
    const weight = number(text);
    if (weight !== undefined && !tags.some((tag) => tag.name === name)) named.push({ name, weight });
  }
  if (named.length === 0) {
    const isLora = ({ type }: CivitaiResource): boolean => ['lora', 'locon', 'lycoris', 'dora'].includes(type);
    for (const { name, weight } of resources.filter(isLora)) named.push({ name, weight: weight ?? 1 });
  }
  const names = new Set(named.map(({ name }) => name));
  const known = (table: Map<string, string>): boolean => [...table.keys()].every((name) => names.has(name));
  if (known(loraHashes)) fields.take('Lora hashes');
  if (known(loraWeights)) fields.take('Lora weights');
  return named.map(({ name, weight }) =>
    defined<Lora>({ name, weight, hash: loraHashes.get(name) ?? textAt(hashes, `lora:${name}`, `LORA:${name}`) }),
  );
}

function weights(name: string | undefined, hash: string | undefined): Weights | undefined {
  return name === undefined && hash === undefined ? undefined : defined<Weights>({ name: name ?? '', hash });
}

function readHires(fields: Fields, strength: number | undefined): Recipe['hires'] {
  const resized = fields.takeIf('Hires resize', size);
  const hires = defined<NonNullable<Recipe['hires']>>({
    scale: fields.takeIf('Hires upscale', number) ?? fields.takeIf('Hires scale', number),
    upscaler: chosen(fields.take('Hires upscaler') ?? fields.take('Hires upscale')),
    steps: fields.takeIf('Hires steps', whole(0)),
    width: resized?.width,
    height: resized?.height,
  });
  return Object.keys(hires).length === 0 ? undefined : defined<NonNullable<Recipe['hires']>>({ ...hires, denoisingStrength: strength });
}

/** A1111's older fields, or the first of its `ControlNet 0: "Module: …, Model: name [hash], Weight: 1, …"`, which also stays in `extra`. */
function readControlNet(fields: Fields): Recipe['controlNet'] {
  const model = chosen(fields.take('ControlNet model'));
  if (model !== undefined)
    return defined<NonNullable<Recipe['controlNet']>>({ name: model, strength: fields.takeIf('ControlNet weight', number) });
  const unit = fields.get('ControlNet 0') ?? fields.get('ControlNet');
  const name = chosen(/(?:^|, )Model: ([^,]{1,200})/.exec(unit ?? '')?.[1]);
  if (name === undefined) return undefined;
  const [, stem, hash] = /^(.*?)(?: \[([0-9a-f]{6,64})\])?$/i.exec(name) ?? [];
  return defined<NonNullable<Recipe['controlNet']>>({
    name: stem ?? name,
    hash,
    strength: number(/(?:^|, )Weight: ([\d.]{1,20})/.exec(unit ?? '')?.[1]),
  });
}

/**
 * Recipe of an infotext. Fields without an own place are kept in `extra`, as strings. undefined if there is no line of fields, or no text.
 */
export function readInfotext(text: string): PartialRecipe | undefined {
  const parts = parseInfotext(text);
  return parts.fields.length === 0 ? undefined : recipeFromParts(parts);
}

export function recipeFromParts(parts: InfotextParts): PartialRecipe {
  const fields = new Fields(parts.fields);
  const { prompt, loras: tags, rich } = readLoraTags(parts.prompt);
  const hashes = parseObject(fields.get('Hashes'));
  const resources = civitaiResources(fields.get('Civitai resources'));
  const loras = readLoras(fields, tags, hashes, resources);
  const schedule = fields.get('Schedule type');
  // "Automatic" means the sampler's default; for the engine that is no scheduler.
  const names = engineNames(fields.take('Sampler'), schedule === 'Automatic' ? undefined : fields.take('Schedule type'));
  const strength = fields.takeIf('Denoising strength', number);
  const hires = readHires(fields, strength);
  const checkpoint = resources.find(({ type }) => type === 'checkpoint')?.name;
  const upscaler = chosen(fields.take('Postprocess upscaler'));
  const recipe = defined<PartialRecipe>({
    prompt: prompt.trim(),
    negativePrompt: parts.negativePrompt === '' ? undefined : parts.negativePrompt,
    seed: fields.takeIf('Seed', whole(0)),
    steps: fields.takeIf('Steps', whole(0)),
    sampler: names.sampler,
    scheduler: names.scheduler,
    sigmas: fields.takeIf('Custom sigmas', (value) => {
      const sigmas = value?.split(' ').map(Number);
      return sigmas?.every(Number.isFinite) ? sigmas : undefined;
    }),
    cfgScale: fields.takeIf('CFG scale', number),
    imageCfgScale: fields.takeIf('Image CFG scale', number),
    distilledGuidance: fields.takeIf('Distilled CFG Scale', number) ?? fields.takeIf('Guidance', number),
    eta: fields.takeIf('Eta', number),
    flowShift: fields.takeIf('Shift', number),
    clipSkip: fields.takeIf('Clip skip', whole(-1)),
    ...fields.takeIf('Size', size),
    denoisingStrength: hires === undefined ? strength : undefined,
    model: weights(chosen(fields.take('Model')) ?? checkpoint, fields.take('Model hash') ?? textAt(hashes, 'model')),
    vae: weights(chosenVae(fields.take('VAE')), fields.take('VAE hash') ?? textAt(hashes, 'vae')),
    loras: loras.length > 0 ? loras : undefined,
    controlNet: readControlNet(fields),
    hires,
    upscaler:
      upscaler === undefined
        ? undefined
        : defined<NonNullable<Recipe['upscaler']>>({ name: upscaler, factor: fields.takeIf('Postprocess upscale by', number) }),
    batchCount: fields.takeIf('Batch size', whole(1)),
    batchIndex: fields.takeIf('Batch pos', whole(0)),
    rng: fields.take('RNG'),
    backend: fields.take('Backend'),
    engine: fields.take('Engine'),
    software: fields.take('Version'),
  });
  if (rich.length > 0 && !fields.left.has('LoRA tags')) fields.left.set('LoRA tags', rich.join(' '));
  if (fields.left.size > 0) recipe.extra = Object.fromEntries(fields.left);
  return recipe;
}
