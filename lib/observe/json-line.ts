import { isArtistError, isSecretName, plainJson, plainText, redact } from '../core/index.ts';
import { cut, describe, describeBytes } from './describe.ts';
import { type LogEntry, levelOfType } from './entry.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const deepest = 6;
const mostItems = 100;

const clean = (text: string): string => redact(cut(plainText(text)));

function errorFields(error: Error, seen: ReadonlySet<unknown>): Json {
  const { name, message, stack, cause } = error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    name,
    ...(code !== undefined && { code }),
    message: clean(message),
    ...(isArtistError(error) && error.details.length > 0 && { details: error.details.slice(0, mostItems).map(clean) }),
    ...(typeof stack === 'string' && { stack: clean(stack) }),
    ...(cause !== undefined && { cause: jsonOf(cause, seen) }),
    ...(error instanceof AggregateError && { errors: error.errors.slice(0, mostItems).map((inner) => jsonOf(inner, seen)) }),
  };
}

function objectOf(value: object, seen: ReadonlySet<unknown>): Json {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (ArrayBuffer.isView(value)) return describeBytes(value);
  if (value instanceof Map) return jsonOf(Object.fromEntries([...value].map(([key, one]) => [String(key), one])), seen);
  if (value instanceof Set) return jsonOf([...value], seen);
  if (Array.isArray(value)) {
    const items = value.slice(0, mostItems).map((item) => jsonOf(item, seen));
    return value.length > mostItems ? [...items, `… (${value.length} items)`] : items;
  }
  const keys = Object.keys(value);
  const fields = keys.slice(0, mostItems).map((key): [string, Json] => {
    const field: unknown = Reflect.get(value, key);
    return [key, isSecretName(key) && field !== undefined && field !== null ? '(secret)' : jsonOf(field, seen)];
  });
  return Object.fromEntries(keys.length > mostItems ? [...fields, ['…', `${keys.length} fields`]] : fields);
}

/** Converts any value to JSON: cycles, BigInt, bytes, functions, errors with their causes, getters that throw. Never throws. */
export function jsonOf(value: unknown, seen: ReadonlySet<unknown> = new Set()): Json {
  switch (typeof value) {
    case 'string':
      return clean(value);
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      break;
    default:
      return value === undefined ? null : clean(String(value)) + (typeof value === 'bigint' ? 'n' : '');
  }
  if (value === null) return null;
  if (seen.has(value)) return '(circular)';
  if (seen.size >= deepest) return '…';
  const inside = new Set(seen).add(value);
  try {
    return value instanceof Error ? errorFields(value, inside) : objectOf(value, inside);
  } catch (error) {
    return `(cannot be shown: ${error instanceof Error ? error.message : String(error)})`;
  }
}

/** `warning [engine]` of a text line is these fields of a JSON line: one object, no line break in it. */
export function jsonLine({ time, type, tag, values, scope, repeated }: LogEntry): string {
  const texts = values.filter((value) => typeof value !== 'object' || value === null || value instanceof Error);
  const data = values.filter((value) => typeof value === 'object' && value !== null && !(value instanceof Error));
  const errors = values.filter((value) => value instanceof Error);
  const message = texts
    .map((value) =>
      value instanceof Error
        ? `${isArtistError(value) ? `${value.code}: ` : ''}${value.message}`
        : describe(value, { stack: false, colors: false }),
    )
    .join(' ');
  const line: Record<string, Json> = {
    time: new Date(time).toISOString(),
    level: levelOfType(type),
    ...(type === 'success' && { success: true }),
    message: clean(message),
    ...(tag !== '' && { tag }),
    pid: process.pid,
  };
  for (const [name, value] of Object.entries(scope)) if (value !== undefined && !Object.hasOwn(line, name)) line[name] = clean(value);
  if (data.length > 0) line['data'] = jsonOf(data.length === 1 ? data[0] : data);
  if (errors.length > 0) line['error'] = jsonOf(errors.length === 1 ? errors[0] : errors);
  if (repeated !== undefined) line['repeated'] = repeated;
  return plainJson(JSON.stringify(line));
}
