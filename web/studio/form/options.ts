/** The options of the server's table as a form has them: by path, only those that a person has changed. */
import { signal } from '@preact/signals';
import type { OptionRow } from '../../../lib/server/api/settings/option-view.ts';
import { ask } from '../../api/client.ts';

export type { OptionRow };
export type Kind = 'generate' | 'create';
/** Values by the path of their option: `hires.steps`. */
export type Options = Readonly<Record<string, unknown>>;

const loaded: Record<Kind, ReturnType<typeof signal<readonly OptionRow[] | undefined>>> = {
  generate: signal<readonly OptionRow[] | undefined>(undefined),
  create: signal<readonly OptionRow[] | undefined>(undefined),
};

/** Rows of a kind, once they have come. */
export const rowsOf = (kind: Kind): readonly OptionRow[] | undefined => loaded[kind].value;

export async function readRows(kind: Kind): Promise<readonly OptionRow[]> {
  const known = loaded[kind].peek();
  if (known) return known;
  const { options } = await ask<{ options: OptionRow[] }>('options', { query: { call: kind } });
  loaded[kind].value = options;
  return options;
}

/** Shown elsewhere in the form, or not to be sent with a job: files of the server. */
const placed =
  /^(prompt|negativePrompt|width|height|seed|batchCount|candidates|initImage|maskImage|denoisingStrength|photoMaker\..*|hires\.model|preview|extra|onProgress)$/;
export const isListed = ({ name }: OptionRow): boolean => !placed.test(name);

/** Options of a job: `hires.steps` becomes `{hires: {steps}}`. What the kind does not have is left out. */
export function nested(options: Options, rows: readonly OptionRow[]): Record<string, unknown> {
  const names = new Set(rows.map(({ name }) => name));
  const result: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(options)) {
    if (!names.has(path)) continue;
    const [outer = '', inner] = path.split('.');
    if (inner === undefined) result[outer] = value === true && isGroup(outer, rows) ? { ...(result[outer] as object) } : value;
    else result[outer] = { ...(result[outer] as object | undefined), [inner]: value };
  }
  return result;
}

/** Whether an option has options of its own: `hires`. */
export const isGroup = (name: string, rows: readonly OptionRow[]): boolean => rows.some((row) => row.name.startsWith(`${name}.`));

/** The reverse: options of a job by path. */
export function flattened(options: Readonly<Record<string, unknown>>, rows: readonly OptionRow[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name } of rows) {
    const [outer = '', inner] = name.split('.');
    const value = options[outer];
    if (value === undefined || value === null) continue;
    if (inner === undefined) result[name] = isGroup(name, rows) ? true : value;
    else if (typeof value === 'object' && inner in value) result[name] = (value as Record<string, unknown>)[inner];
  }
  return result;
}

const isList = (name: string): boolean => /(^|\.)(sigmas|layers)$/.test(name);
const isNamed = (name: string): boolean => /args$/i.test(name);

/** Lists and named values as one line of text. */
export function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (name === 'loras' && Array.isArray(value)) return value.map(loraText).join(', ');
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, one]) => `${key}=${String(one)}`)
      .join(', ');
  return String(value);
}

const loraText = (lora: unknown): string => {
  if (typeof lora === 'string') return lora;
  const { name, path, weight } = lora as { name?: string; path?: string; weight?: number };
  return `${name ?? path ?? ''}${weight === undefined ? '' : `:${weight}`}`;
};

const plain = (text: string): unknown =>
  text === 'true' ? true : text === 'false' ? false : Number.isNaN(Number(text)) ? text : Number(text);

/** The reverse. What is no number stays a text, and the server says what it expected. */
export function valueOfText(name: string, text: string): unknown {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  if (isList(name)) return parts.map(plain);
  if (isNamed(name))
    return Object.fromEntries(parts.map((part) => [part.split('=')[0]?.trim() ?? '', plain(part.split('=')[1]?.trim() ?? '')]));
  if (name === 'loras')
    return parts.map((part) => {
      const [, lora = part, weight] = /^(.*?)(?::(-?[\d.]+))?$/.exec(part) ?? [];
      return weight === undefined ? { name: lora } : { name: lora, weight: Number(weight) };
    });
  return text;
}
