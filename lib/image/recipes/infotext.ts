import { isFieldKey, quoteField } from './infotext-grammar.ts';
import { readLoraTags } from './lora-tags.ts';
import type { Recipe } from './recipe.ts';
import { samplerTitle, schedulerTitle } from './sampler-names.ts';

/** Recipes as A1111 infotext. Keys and their order are those of A1111 1.10 and Forge. */

/** A1111's name of a LoRA: its file name without ending. */
export const loraTitle = (name: string): string => name.replace(/\.(?:safetensors|gguf|pt|ckpt)$/i, '');

/** A1111 shows LoRAs as tags in the prompt; our recipe has a list. Adds tags for those that the prompt does not contain. */
function promptWithTags({ prompt, loras = [] }: Recipe): string {
  const present = new Set(readLoraTags(prompt).loras.map(({ name }) => name));
  const tags = loras
    .map((lora) => ({ ...lora, name: loraTitle(lora.name) }))
    .filter(({ name }) => !present.has(name) && !/[:<>\n]/.test(name))
    // If a tag has two weights, A1111 uses the first for the text encoders.
    .map(({ name, weight, textEncoderWeight: te }) => `<lora:${name}:${te === undefined ? weight : `${te}:${weight}`}>`);
  return tags.length > 0 ? `${prompt}${prompt === '' ? '' : ' '}${tags.join(' ')}` : prompt;
}

function fieldsOf(recipe: Recipe): [string, string | number | undefined][] {
  const { hires, upscaler, model, vae, loras = [] } = recipe;
  const hashes = loras.filter(({ hash }) => hash !== undefined).map(({ name, hash }) => `${loraTitle(name)}: ${hash?.slice(0, 12)}`);
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
 * The recipe as A1111 infotext. A picture without steps, size and sampler still gets its prompt lines. `maxLength` (UTF-16 units) shortens
 * prompt and negative prompt, marked by "…": JPEG has room for only 32,737.
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
  // With fewer than three pairs, parsers treat the line as part of the prompt.
  if (pairs.length >= 3) lines.push(pairs.join(', '));
  return lines.join('\n').replaceAll('\0', ' ');
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  return length === 0 ? '' : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
