/** The fields of a recipe as names and values for people. */
import { signal } from '@preact/signals';
import type { OptionRow } from '../../../lib/server/api/settings/option-view.ts';
import { ask } from '../../api/client.ts';
import { numberText } from '../../texts/text.ts';

/** One line of help for each option, by its name; empty until they have come. */
export const optionHelp = signal<ReadonlyMap<string, string>>(new Map());
let isAsked = false;

/** Asks for the option table, once. */
export function wantOptionHelp(): void {
  if (isAsked) return;
  isAsked = true;
  ask<{ options: OptionRow[] }>('options', { query: { call: 'generate' } }).then(
    ({ options }) => {
      optionHelp.value = new Map(options.map(({ name, help }) => [name, help]));
    },
    () => {
      // Help is an addition; it is asked for again with the next work.
      isAsked = false;
    },
  );
}

const short: Readonly<Record<string, string>> = {
  cfg: 'CFG',
  vae: 'VAE',
  lora: 'LoRA',
  loras: 'LoRAs',
  rng: 'RNG',
  clip: 'CLIP',
  eta: 'Eta',
};

/** The name of an option as words: `cfgScale` is `CFG scale`, `hires.steps` is `Hires: steps`. */
export function nameInWords(name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .split(/[ .]/)
    .map((word) => short[word.toLowerCase()] ?? word.toLowerCase());
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export interface RecipeField {
  name: string;
  value: string;
  /** What a query looks for; undefined: nothing that another work would share. */
  query: string | undefined;
}

/** A condition of a query: `sampler:"euler a"`. */
export const conditionOf = (field: string, value: string): string => `${field}:"${value.replace(/["\\]/g, '\\$&')}"`;

const asText = (value: unknown): string => {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : numberText(value, 4);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
};

const shared: ReadonlySet<string> = new Set(['sampler', 'scheduler', 'model', 'vae', 'upscaler', 'mode']);
/** Shown apart, or of no use to a person. */
const apart: ReadonlySet<string> = new Set(['prompt', 'negativePrompt', 'loras', 'width', 'height']);

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** All fields of a recipe but prompts, size and LoRAs. Files are shown by their names; their hashes are in the JSON. */
export function fieldsOf(recipe: Record<string, unknown>): RecipeField[] {
  return Object.entries(recipe).flatMap(([name, value]): RecipeField[] => {
    if (apart.has(name) || value === undefined || value === null) return [];
    if (!isObject(value)) return [{ name, value: asText(value), query: shared.has(name) ? conditionOf(name, asText(value)) : undefined }];
    const { name: file, hash: _, ...rest } = value;
    const own = typeof file === 'string' ? [{ name, value: file, query: shared.has(name) ? conditionOf(name, file) : undefined }] : [];
    return [...own, ...Object.entries(rest).map(([key, inner]) => ({ name: `${name}.${key}`, value: asText(inner), query: undefined }))];
  });
}

export interface ShownLora {
  name: string;
  weight: number;
}

export function lorasOf({ loras }: Record<string, unknown>): ShownLora[] {
  if (!Array.isArray(loras)) return [];
  return loras.flatMap((lora: unknown) =>
    isObject(lora) && typeof lora['name'] === 'string' && typeof lora['weight'] === 'number'
      ? [{ name: lora['name'], weight: lora['weight'] }]
      : [],
  );
}
