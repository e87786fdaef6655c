import { type InfotextParts, isFieldKey, parseInfotext, quoteField } from './infotext-grammar.ts';
import type { PartialRecipe, Recipe } from './recipe.ts';
import { engineNames, samplerTitle, schedulerTitle } from './sampler-names.ts';

/** Recipes as A1111 infotext, and back. Keys and their order are those of A1111 1.10 and Forge. */

const loraTag = /<lora:([^:<>]{1,500}):([-+]?[0-9.]{1,30})(?::[^<>]{0,500})?>/g;

function lorasInPrompt(prompt: string): { name: string; weight: number }[] {
  return [...prompt.matchAll(loraTag)]
    .map((match) => ({ name: match[1] ?? '', weight: Number(match[2]) }))
    .filter(({ weight }) => Number.isFinite(weight));
}

/** A1111 shows LoRAs as tags in the prompt; ours are a list beside it. Tags are added for those which the prompt does not name itself. */
function promptWithTags({ prompt, loras = [] }: Recipe): string {
  const present = new Set(lorasInPrompt(prompt).map(({ name }) => name));
  const tags = loras
    .filter(({ name }) => !present.has(name) && !/[:<>\n]/.test(name))
    .map(({ name, weight }) => `<lora:${name}:${weight}>`);
  return tags.length > 0 ? `${prompt}${prompt === '' ? '' : ' '}${tags.join(' ')}` : prompt;
}

function fieldsOf(recipe: Recipe): [string, string | number | undefined][] {
  const { hires, upscaler, model, vae, loras = [] } = recipe;
  const hashes = loras.filter(({ hash }) => hash !== undefined).map(({ name, hash }) => `${name}: ${hash?.slice(0, 12)}`);
  return [
    ['Steps', recipe.steps],
    ['Sampler', recipe.sampler === undefined ? undefined : samplerTitle(recipe.sampler)],
    ['Schedule type', recipe.scheduler === undefined ? undefined : schedulerTitle(recipe.scheduler)],
    ['CFG scale', recipe.cfgScale],
    ['Distilled CFG Scale', recipe.distilledGuidance],
    ['Image CFG scale', recipe.imageCfgScale],
    ['Seed', recipe.seed],
    ['Size', recipe.width === undefined || recipe.height === undefined ? undefined : `${recipe.width}x${recipe.height}`],
    // A1111 shows ten digits of a model's hash and twelve of a LoRA's.
    ['Model hash', model?.hash?.slice(0, 10)],
    ['Model', model?.name],
    ['VAE hash', vae?.hash?.slice(0, 10)],
    ['VAE', vae?.name],
    ['Denoising strength', recipe.denoisingStrength ?? hires?.denoisingStrength],
    ['Clip skip', recipe.clipSkip],
    ['Eta', recipe.eta],
    ['Shift', recipe.flowShift],
    ['Custom sigmas', recipe.sigmas?.join(' ')],
    ['RNG', recipe.rng],
    ['Hires upscale', hires?.scale],
    ['Hires resize', hires?.width === undefined || hires.height === undefined ? undefined : `${hires.width}x${hires.height}`],
    ['Hires steps', hires?.steps],
    ['Hires upscaler', hires?.upscaler],
    ['ControlNet model', recipe.controlNet?.name],
    ['ControlNet weight', recipe.controlNet?.strength],
    ['Postprocess upscale by', upscaler?.factor],
    ['Postprocess upscaler', upscaler?.name],
    ['Batch size', recipe.batchCount === 1 ? undefined : recipe.batchCount],
    ['Batch pos', recipe.batchCount === undefined || recipe.batchCount === 1 ? undefined : recipe.batchIndex],
    ['Lora hashes', hashes.length > 0 ? hashes.join(', ') : undefined],
    ['Backend', recipe.backend],
    ['Engine', recipe.engine],
    ['Version', recipe.software],
    ...Object.entries(recipe.extra ?? {}).map(([key, value]): [string, string | number | undefined] => [
      key,
      typeof value === 'string' || typeof value === 'number' ? value : undefined,
    ]),
  ];
}

/**
 * The recipe as A1111 infotext. A picture without steps, size and sampler still gets its prompt lines.
 * `maxLength` (UTF-16 units) shortens prompt and negative prompt, marked by "…": JPEG has room for 32,737 only.
 */
export function writeInfotext(recipe: Recipe, { maxLength = Number.POSITIVE_INFINITY }: { maxLength?: number } = {}): string {
  const written = new Set<string>();
  const pairs: string[] = [];
  let room = maxLength;
  for (const [key, value] of fieldsOf(recipe)) {
    if (value === undefined || value === '' || written.has(key) || !isFieldKey(key)) continue;
    const pair = `${key}: ${quoteField(String(value))}`;
    if (pair.length + 2 > room) continue;
    room -= pair.length + 2;
    written.add(key);
    pairs.push(pair);
  }
  const prompt = promptWithTags(recipe);
  const negative = recipe.negativePrompt ?? '';
  room -= '\nNegative prompt: \n'.length;
  const negativeText = shorten(negative, Math.max(0, room - Math.min(prompt.length, Math.floor(room / 2))));
  const lines = [shorten(prompt, Math.max(0, room - negativeText.length))];
  if (negativeText !== '') lines.push(`Negative prompt: ${negativeText}`);
  // With fewer than three pairs every parser takes the line for a part of the prompt.
  if (pairs.length >= 3) lines.push(pairs.join(', '));
  return lines.join('\n').replaceAll('\0', ' ');
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return length === 0 ? '' : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function number(value: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? parsed : undefined;
}

function whole(value: string | undefined, minimum: number): number | undefined {
  const parsed = number(value);
  return parsed !== undefined && Number.isSafeInteger(parsed) && parsed >= minimum ? parsed : undefined;
}

function size(value: string | undefined): { width?: number; height?: number } {
  const match = /^(\d{1,6})x(\d{1,6})$/.exec(value ?? '');
  return match === null || Number(match[1]) < 1 || Number(match[2]) < 1 ? {} : { width: Number(match[1]), height: Number(match[2]) };
}

/** Fields of the object that are not undefined. Foreign recipes have no keys for what they do not know. */
export function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** Recipe of an infotext. Fields without a place of their own are kept in `extra`, as strings. Undefined: no line of fields, or no text. */
export function readInfotext(text: string): PartialRecipe | undefined {
  const parts = parseInfotext(text);
  return parts.fields.length === 0 ? undefined : recipeFromParts(parts);
}

export function recipeFromParts(parts: InfotextParts): PartialRecipe {
  // The first of equal keys counts; a Map, because a key may be "__proto__".
  const fields = new Map<string, string>();
  for (const [key, value] of parts.fields) if (!fields.has(key)) fields.set(key, value);
  const take = (key: string): string | undefined => {
    const value = fields.get(key);
    fields.delete(key);
    return value === '' ? undefined : value;
  };
  /** Takes a field only if it can be understood, so that it stays in `extra` otherwise. */
  const takeIf = <T>(key: string, read: (value: string | undefined) => T | undefined): T | undefined => {
    const value = read(fields.get(key));
    if (value !== undefined) fields.delete(key);
    return value;
  };
  const hashes = new Map(
    (take('Lora hashes') ?? '')
      .split(',')
      .map((pair) => [pair.slice(0, pair.lastIndexOf(':')).trim(), pair.slice(pair.lastIndexOf(':') + 1).trim()] as const),
  );
  const loras = lorasInPrompt(parts.prompt).map((lora) =>
    defined<{ name: string; weight: number; hash?: string }>({ ...lora, hash: hashes.get(lora.name) }),
  );
  const schedule = fields.get('Schedule type');
  // "Automatic" means: whatever fits the sampler. The engine's word for that is no scheduler at all.
  const names = engineNames(take('Sampler'), schedule === 'Automatic' ? undefined : take('Schedule type'));
  const named = (name: string | undefined, hash: string | undefined) =>
    name === undefined && hash === undefined ? undefined : defined<{ name: string; hash?: string }>({ name: name ?? '', hash });
  const hiresSize = takeIf('Hires resize', (value) => (size(value).width === undefined ? undefined : size(value)));
  const hires = defined<NonNullable<Recipe['hires']>>({
    scale: takeIf('Hires upscale', number) ?? takeIf('Hires scale', number),
    upscaler: take('Hires upscaler') ?? take('Hires upscale'),
    steps: takeIf('Hires steps', (value) => whole(value, 0)),
    width: hiresSize?.width,
    height: hiresSize?.height,
  });
  const hasHires = Object.keys(hires).length > 0;
  const strength = takeIf('Denoising strength', number);
  const recipe = defined<PartialRecipe>({
    prompt: parts.prompt.replace(loraTag, '').trim(),
    negativePrompt: parts.negativePrompt === '' ? undefined : parts.negativePrompt,
    seed: takeIf('Seed', (value) => whole(value, 0)),
    steps: takeIf('Steps', (value) => whole(value, 0)),
    sampler: names.sampler,
    scheduler: names.scheduler,
    sigmas: takeIf('Custom sigmas', (value) => {
      const sigmas = value?.split(' ').map(Number);
      return sigmas?.every(Number.isFinite) ? sigmas : undefined;
    }),
    cfgScale: takeIf('CFG scale', number),
    imageCfgScale: takeIf('Image CFG scale', number),
    distilledGuidance: takeIf('Distilled CFG Scale', number) ?? takeIf('Guidance', number),
    eta: takeIf('Eta', number),
    flowShift: takeIf('Shift', number),
    clipSkip: takeIf('Clip skip', (value) => whole(value, -1)),
    ...takeIf('Size', (value) => (size(value).width === undefined ? undefined : size(value))),
    denoisingStrength: hasHires ? undefined : strength,
    model: named(take('Model'), take('Model hash')),
    vae: named(take('VAE'), take('VAE hash')),
    loras: loras.length > 0 ? loras : undefined,
    controlNet: ((name) =>
      name === undefined ? undefined : defined<NonNullable<Recipe['controlNet']>>({ name, strength: takeIf('ControlNet weight', number) }))(
      take('ControlNet model'),
    ),
    hires: hasHires ? defined<NonNullable<Recipe['hires']>>({ ...hires, denoisingStrength: strength }) : undefined,
    upscaler: ((name) =>
      name === undefined
        ? undefined
        : defined<NonNullable<Recipe['upscaler']>>({ name, factor: takeIf('Postprocess upscale by', number) }))(
      take('Postprocess upscaler'),
    ),
    batchCount: takeIf('Batch size', (value) => whole(value, 1)),
    batchIndex: takeIf('Batch pos', (value) => whole(value, 0)),
    rng: take('RNG'),
    backend: take('Backend'),
    engine: take('Engine'),
    software: take('Version'),
  });
  if (fields.size > 0) recipe.extra = Object.fromEntries(fields);
  return recipe;
}
