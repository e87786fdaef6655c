import { defined } from '../../core/index.ts';
import type { Recipe } from './recipe.ts';

/** Reads JSON of other programs defensively: fields of the wrong type are ignored. */

/** Longest text parsed as JSON, UTF-16 units: more would block the event loop for over 100 ms. */
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
      // Not JSON: text that only looks like it is no recipe.
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

/** The first non-empty text among the keys. */
export function textAt(object: JsonObject | undefined, ...keys: string[]): string | undefined {
  for (const key of keys) {
    const value = own(object, key);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

/** The first finite number among the keys, as a number or in a string. */
export function numberAt(object: JsonObject | undefined, ...keys: string[]): number | undefined {
  for (const key of keys) {
    const value = own(object, key);
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof parsed === 'number' && Number.isFinite(parsed)) return parsed;
  }
  return undefined;
}

/** Like numberAt, for safe integers. A seed above 2^53 would become another seed, so it is left out. */
export function wholeAt(object: JsonObject | undefined, minimum: number, ...keys: string[]): number | undefined {
  const value = numberAt(object, ...keys);
  return value !== undefined && Number.isSafeInteger(value) && value >= minimum ? value : undefined;
}

const nothing = /^[[(]?(?:none|null|undefined|nan|n\/a|no|off|disabled?|-)[\])]?$/i;
const ownVae =
  /^[[(]?(?:auto(?:matic)?|default(?: \(model\))?|baked(?:[ _-]?(?:in[ _-]?)?vae)?|built[ _-]?in|from (?:model|checkpoint)|use same vae)[\])]?$/i;

/** A chosen name. Programs write "None" and the like if nothing was chosen. */
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

/** A weights file by another program's name; undefined if nothing was chosen. */
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
