/** The options of the server's table as a form has them: by path, only those that a person has changed. */
import { signal } from '@preact/signals';
import type { OptionRow } from '../../../lib/server/api/settings/option-view.ts';
import { ask } from '../../api/client.ts';
import { nested, type OptionValues as Options } from '../../form/option-text.ts';

export type { OptionRow };
export type Kind = 'generate' | 'create';
export type { Options };

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
export function optionsOfJob(options: Options, rows: readonly OptionRow[]): Record<string, unknown> {
  const names = new Set(rows.map(({ name }) => name));
  return nested(Object.fromEntries(Object.entries(options).filter(([name]) => names.has(name))));
}

/** Whether an option has options of its own: `hires`. */
const isGroup = (name: string, rows: readonly OptionRow[]): boolean => rows.some((row) => row.name.startsWith(`${name}.`));

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
