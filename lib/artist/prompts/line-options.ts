/** Options in a line of a list: their names as flags or library names, their values as JSON or as text. */
import * as z from 'zod';
import { ArtistError, nearest } from '../../core/index.ts';
import { everyRow, optionTables, type Rows } from '../../engine/index.ts';
import { createOptions, loadRows, paintRows } from '../loop/create-options.ts';
import { createRows } from '../orders/create-rows.ts';

interface Place {
  /** `hires.steps` */
  path: string;
  schema: z.ZodType;
}

/** Options that belong to the whole list, or to the program. A work of `create` is one picture. */
const ofTheList = ['preview', 'previewMode', 'keepFinished', 'signal', 'onProgress', 'home'];

/** cfg-scale, cfg_scale and cfgScale are one name. */
export const bare = (name: string): string => name.toLowerCase().replace(/[-_. ]/g, '');

export function placesOf(tables: readonly Rows[], own: Record<string, z.ZodType>): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { path, row } of tables.flatMap((table) => everyRow(table))) {
    if (row.fields !== undefined || ofTheList.includes(path.split('.')[0] ?? '')) continue;
    for (const name of [...(row.aliases ?? []), ...(row.flag ? [row.flag] : []), path])
      places.set(bare(name), { path, schema: row.schema });
  }
  for (const [path, schema] of Object.entries(own)) places.set(bare(path), { path, schema });
  return places;
}

/** The calls that lists are painted with: their lines have the options of one of them. */
export const listCalls = ['create', 'generate'] as const;
export type ListCall = (typeof listCalls)[number];

const readings: Readonly<Record<ListCall, () => Map<string, Place>>> = {
  create: () => {
    const { prompt, model } = createOptions.shape;
    const places = placesOf([paintRows, loadRows, createRows], { prompt, model });
    return new Map([...places].filter(([, { path }]) => path !== 'batchCount'));
  },
  // `out`: where the pictures of a line go, which have no gallery.
  generate: () => placesOf([optionTables.generate, optionTables.loadModel], { out: z.string().min(1) }),
};
const known = new Map<ListCall, Map<string, Place>>();

function placesIn(call: ListCall): Map<string, Place> {
  const places = known.get(call) ?? readings[call]();
  known.set(call, places);
  return places;
}

function placeOf(name: string, call: ListCall): Place {
  const places = placesIn(call);
  const place = places.get(bare(name.replace(/^--/, '')));
  if (place) return place;
  const guess = nearest(
    name,
    [...places.values()].map(({ path }) => path),
  );
  throw new ArtistError(
    'ERR_INVALID_ARGUMENT',
    `${name}: expected the name of an option of ${call}, such as prompt, seed or steps${guess === undefined ? '' : `. Did you mean ${guess}?`}`,
  );
}

function put(options: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', second] = path.split('.');
  if (second === undefined) options[first] = value;
  else options[first] = { ...(options[first] as object | undefined), [second]: value };
}

/** The options of an object. Objects of settings (`hires`) may be given as such. @throws ArtistError ERR_INVALID_ARGUMENT */
export function optionsOfLine(given: Record<string, unknown>, call: ListCall): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    if (value === null) continue;
    const isGroup = typeof value === 'object' && !Array.isArray(value) && name in optionTables.generate;
    put(options, isGroup ? name : placeOf(name, call).path, value);
  }
  return options;
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no JSON: it is a text
  }
}

/** The first reading of a text that the option takes: as it is, as JSON (numbers, true, lists), as a list of one. */
export function valueOfText(text: string, schema: z.ZodType): unknown {
  const json = asJson(text);
  const readings = [text, ...(json === undefined ? [] : [json]), [text], text.split('|').map((part) => part.trim())];
  const found = readings.find((reading) => schema.safeParse(reading).success);
  // Wrong either way: the error names the number, if it is one.
  return found ?? json ?? text;
}

/** The same for texts: cells of a table. Empty ones are left out. @throws ArtistError ERR_INVALID_ARGUMENT */
export function optionsOfTexts(given: Readonly<Record<string, string>>, call: ListCall): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(given)) {
    if (text.trim() === '' || name === '') continue;
    const { path, schema } = placeOf(name, call);
    put(options, path, valueOfText(text.trim(), schema));
  }
  return options;
}
