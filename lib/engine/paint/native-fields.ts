/** Converts options to the fields of a native request by their rows: native names, and the text formats that the engine reads. */
import * as z from 'zod';
import { defined } from '../../core/index.ts';
import type { Row, Rows } from '../options/row.ts';

type Plain = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Plain => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Formats values as the engine reads them: `name=value,name=value`; undefined if there are none. */
export function namedValues(values: Plain | undefined): string | undefined {
  const parts = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  return parts.length > 0 ? parts.map(([name, value]) => `${name}=${String(value)}`).join(',') : undefined;
}

/** Completes an option with several settings: `true` means all defaults, a string means its mode. Undefined for `false`. */
function settingsOf(value: unknown, fields: Rows): Plain | undefined {
  if (value === false) return undefined;
  const given = isObject(value) ? value : typeof value === 'string' ? { mode: value } : {};
  const defaults = Object.entries(fields).flatMap(([key, { schema }]) =>
    schema instanceof z.ZodDefault ? [[key, schema.def.defaultValue]] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}

function fieldsOf(key: string, row: Row, value: unknown): Plain {
  if (row.fields) {
    const settings = settingsOf(value, row.fields);
    const inner = settings && nativeFields(row.fields, settings);
    return row.native === '' ? (inner ?? {}) : { [row.native || key]: inner };
  }
  if (row.sampleArg !== undefined) return {};
  return { [row.native || key]: isObject(value) ? namedValues(value) : value };
}

/** Fields for all options that their row passes on unchanged, by native name. The caller adds those that are computed or decoded. */
export function nativeFields(table: Rows, values: Plain): Plain {
  const sent = Object.entries(table).filter(([key, { native }]) => native !== false && values[key] !== undefined);
  return defined(Object.assign({}, ...sent.map(([key, row]) => fieldsOf(key, row, values[key]))) as Plain);
}

/** Options that the engine takes as text in its argument strings, besides the request's own fields. false is left out. */
export function sampleArgs(table: Rows, values: Plain): Plain {
  return Object.assign(
    {},
    ...Object.entries(table).map(([key, row]) => {
      const value = values[key];
      if (row.fields && isObject(value)) return sampleArgs(row.fields, value);
      return row.sampleArg === undefined || value === false ? {} : { [row.sampleArg]: value };
    }),
  ) as Plain;
}
