import { defined } from '../../core/index.ts';
import type { Recipe } from './recipe.ts';

/** Careful reading of JSON that another program wrote: a field of the wrong type is no field. */

/** Longest text that is parsed as JSON, UTF-16 units: parsing more would hold up the event loop for longer than 100 ms. */
const maxJsonLength = 8 * 1024 * 1024;

export type JsonObject = { readonly [key: string]: unknown };

export function asObject(value: unknown): JsonObject | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

/** The JSON object in a text, or undefined. Python's NaN and Infinity, which ComfyUI writes, count as null. */
export function parseObject(text: string | undefined): JsonObject | undefined {
  if (text === undefined || text.length > maxJsonLength || !text.trimStart().startsWith('{')) return undefined;
  for (const attempt of [text, text.replace(/(?<![\w"])-?(?:NaN|Infinity)(?![\w"])/g, 'null')]) {
    try {
      return asObject(JSON.parse(attempt));
    } catch {
      // Not JSON (or not yet): text that only looks like it is no recipe.
    }
  }
  return undefined;
}

function own(object: JsonObject | undefined, key: string): unknown {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

export function objectAt(object: JsonObject | undefined, key: string): JsonObject | undefined {
  return asObject(own(object, key));
}

export function arrayAt(object: JsonObject | undefined, key: string): readonly unknown[] {
  const value = own(object, key);
  return Array.isArray(value) ? value : [];
}

/** The first of the keys that holds a text which is not empty. */
export function textAt(object: JsonObject | undefined, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const value = own(object, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The first of the keys that holds a finite number, as a number or in a string. */
export function numberAt(object: JsonObject | undefined, ...keys: string[]): number | undefined {
  for (const key of keys) {
    const value = own(object, key);
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof parsed === 'number' && Number.isFinite(parsed)) return parsed;
  }
  return undefined;
}

/** Like numberAt, for whole numbers that JavaScript holds exactly. A seed above 2^53 would be another seed: it is left out. */
export function wholeAt(object: JsonObject | undefined, minimum: number, ...keys: string[]): number | undefined {
  const value = numberAt(object, ...keys);
  return value !== undefined && Number.isSafeInteger(value) && value >= minimum ? value : undefined;
}

const nothing = /^[[(]?(?:none|null|undefined|nan|n\/a|no|off|disabled?|-)[\])]?$/i;
const ownVae =
  /^[[(]?(?:auto(?:matic)?|default(?: \(model\))?|baked(?:[ _-]?(?:in[ _-]?)?vae)?|built[ _-]?in|from (?:model|checkpoint)|use same vae)[\])]?$/i;

/** A name that was chosen. "None" and the like are how programs write that nothing was. */
export function chosen(name: string | undefined): string | undefined {
  return name === undefined || name.trim() === '' || nothing.test(name.trim()) ? undefined : name;
}

/** A VAE that was chosen: not "Automatic", "Baked VAE" or "Default (model)", which mean the model's own. */
export function chosenVae(name: string | undefined): string | undefined {
  return name !== undefined && ownVae.test(name.trim()) ? undefined : chosen(name);
}

/** File name without folders and without the suffix of a weights file. */
export function weightsName(path: string): string {
  return (path.split(/[\\/]/).pop() ?? path).replace(/\.(?:safetensors|sft|ckpt|pt|pth|bin|gguf)$/i, '');
}

type Weights = NonNullable<Recipe['model']>;
type Lora = NonNullable<Recipe['loras']>[number];

/** A weights file by the name that another program gives it; none where nothing was chosen. */
export function weights(name: string | undefined, hash?: string): Weights | undefined {
  const given = chosen(name);
  return given === undefined ? undefined : defined<Weights>({ name: weightsName(given), hash });
}

export function lora(name: string | undefined, weight: number | undefined, hash?: string): Lora[] {
  const given = chosen(name);
  return given === undefined ? [] : [defined<Lora>({ name: weightsName(given), hash, weight: weight ?? 1 })];
}

export function some<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** "1152x896", "(1152, 896)", "832×1216 (0.68)". */
export function sizeOf(text: string | undefined): { width: number; height: number } | undefined {
  const match = /^\s*\(?\s*(\d{1,6})\s*[,x×*]\s*(\d{1,6})(?!\d)/.exec(text ?? '');
  return match === null || Number(match[1]) < 1 || Number(match[2]) < 1 ? undefined : { width: Number(match[1]), height: Number(match[2]) };
}
