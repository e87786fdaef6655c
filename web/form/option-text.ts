/** Options and settings as texts of a form, and back. */
import type { FormRow } from '../../lib/server/api/settings/form-row.ts';
import { numberText, t } from '../texts/text.ts';

/** Values by the path of their option: `optimizer.kind`. Options at their default are absent. */
export type OptionValues = Readonly<Record<string, unknown>>;

const shorts = /\b(api|url|cors|cfg|vae|rng|ema)\b/g;

/** cfgScale: "CFG scale"; optimizer.weightDecay: "Optimizer weight decay"; apiKey: "API key". */
export function optionName(path: string): string {
  const words = path
    .replaceAll('.', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(shorts, (short) => short.toUpperCase());
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether an option is on or off and has options of its own. */
export const isSwitched = (path: string): boolean => path === 'hires';

/** `{ 'optimizer.kind': 'lion' }` as `{ optimizer: { kind: 'lion' } }`. `{ hires: true, 'hires.steps': 3 }` is `{ hires: { steps: 3 } }`. */
export function nested(values: OptionValues): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const parts = path.split('.');
    const last = parts.pop() ?? path;
    let at = root;
    for (const part of parts) {
      const inner = at[part];
      const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {};
      at[part] = next;
      at = next;
    }
    // hires: on is an object, without or with the options in it.
    at[last] = value === true && isSwitched(path) ? { ...(at[last] as object | undefined) } : value;
  }
  return root;
}

const isNumber = ({ kind }: FormRow): boolean => kind === 'number' || kind === 'integer';

/** A number outside of the bounds of its option, in words; undefined: it is inside, or no number is expected. */
export function boundsProblem(row: FormRow, value: unknown): string | undefined {
  const { kind, min, openMin, max, choices } = row;
  if (!isNumber(row) || value === undefined || choices?.includes(String(value))) return undefined;
  const isAbove = typeof value === 'number' && (min === null || (openMin ? value > min : value >= min));
  if (isAbove && (max === null || value <= max) && (kind === 'number' || Number.isInteger(value))) return undefined;
  if (min === null && max === null) return t('option.number');
  if (max === null) return t(openMin ? 'option.boundsAbove' : 'option.boundsFrom', { min: numberText(min ?? 0, 6) });
  if (min === null) return t('option.boundsTo', { max });
  return t(openMin ? 'option.boundsOpen' : 'option.bounds', { min: String(min), max: String(max) });
}

/** A value in words of a person: for defaults, and for comparing two values. */
export function valueText(row: FormRow, value: unknown): string {
  if (value === true) return t('option.yes');
  if (value === false) return t('option.no');
  return textOfValue(row, value);
}

const named = (value: object): string =>
  Object.entries(value)
    .map(([key, one]) => `${key}=${typeof one === 'object' ? JSON.stringify(one) : String(one)}`)
    .join(', ');

const loraText = (lora: unknown): string => {
  if (typeof lora === 'string') return lora;
  const { name, path, weight } = lora as { name?: string; path?: string; weight?: number };
  return `${name ?? path ?? ''}${weight === undefined ? '' : `:${weight}`}`;
};

const isLoras = ({ name }: FormRow): boolean => name === 'loras';
const isFlat = (value: object): boolean => Object.values(value).every((one) => typeof one !== 'object' || one === null);

/** A value as a person types it: lists with commas, named values as NAME=VALUE, what is deeper as JSON. */
export function textOfValue(row: FormRow, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) {
    if (isLoras(row)) return value.map(loraText).join(', ');
    return value.some((one) => typeof one === 'object' || String(one).includes(',')) ? JSON.stringify(value) : value.join(', ');
  }
  if (typeof value === 'object') return isFlat(value) ? named(value) : JSON.stringify(value);
  return String(value);
}

const plain = (text: string): unknown =>
  text === 'true' ? true : text === 'false' ? false : text === '' || Number.isNaN(Number(text)) ? text : Number(text);

/** The reverse. What is no number stays a text, and the server says what it expected. @returns undefined: nothing was typed */
export function valueOfText(row: FormRow, text: string): unknown {
  const { kind, choices, items } = row;
  if (text.trim() === '') return undefined;
  if (isNumber(row)) return choices?.includes(text.trim()) ? text.trim() : plain(text);
  if (kind === 'text' || kind === 'path') return choices?.includes('false') && text.trim() === 'false' ? false : text;
  if (kind !== 'list' && kind !== 'object') return text;
  if (/^\s*[[{]/.test(text)) return parsed(text);
  const parts = text.split(',').flatMap((part) => part.trim() || []);
  if (isLoras(row)) return parts.map(loraOfText);
  if (kind === 'object' && parts.every((part) => part.includes('=')))
    return Object.fromEntries(parts.map((part) => [part.split('=')[0]?.trim() ?? '', plain(part.slice(part.indexOf('=') + 1).trim())]));
  return kind === 'list' ? parts.map((part) => (items === 'number' ? plain(part) : part)) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function loraOfText(part: string): { path: string; weight?: number } {
  const [, lora = part, weight] = /^(.*?)(?::(-?[\d.]+))?$/.exec(part) ?? [];
  return weight === undefined ? { path: lora } : { path: lora, weight: Number(weight) };
}
