/** What a schema says about its values: kind, bounds, choices, default. */
import * as z from 'zod';
import type { Row } from './row.ts';

/** A schema without the wrappers around it. A transformation counts as what goes into it. */
export function bareSchema(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return bareSchema(schema.unwrap() as z.ZodType);
  return schema instanceof z.ZodPipe ? bareSchema(schema.in as z.ZodType) : schema;
}

export interface Bounds {
  min: number;
  max: number;
  integer: boolean;
  /** `min` itself is not allowed. */
  above: boolean;
}

const excludesMin = ({ def }: z.ZodNumber): boolean =>
  (def.checks ?? []).some(
    ({ _zod: { def: check } }) => check.check === 'greater_than' && 'inclusive' in check && check.inclusive === false,
  );

/** Of a number, or of a union of numbers the outermost; undefined: it is no number. */
export function boundsOf(schema: z.ZodType): Bounds | undefined {
  const inner = bareSchema(schema);
  if (inner instanceof z.ZodNumber)
    return { min: inner.minValue ?? -Infinity, max: inner.maxValue ?? Infinity, integer: inner.isInt, above: excludesMin(inner) };
  if (inner instanceof z.ZodLiteral && typeof inner.value === 'number')
    return { min: inner.value, max: inner.value, integer: Number.isInteger(inner.value), above: false };
  if (!(inner instanceof z.ZodUnion)) return undefined;
  const parts = (inner.options as z.ZodType[]).map(boundsOf);
  if (!parts.every((part) => part !== undefined)) return undefined;
  return {
    min: Math.min(...parts.map(({ min }) => min)),
    max: Math.max(...parts.map(({ max }) => max)),
    integer: parts.every(({ integer }) => integer),
    above: false,
  };
}

/** How many numbers a list holds; undefined: it is no list of numbers. */
export function countOf(schema: z.ZodType): Bounds | undefined {
  const inner = bareSchema(schema);
  if (!(inner instanceof z.ZodArray) || !(bareSchema(inner.element as z.ZodType) instanceof z.ZodNumber)) return undefined;
  const ends = { min: 0, max: Infinity };
  for (const { _zod: check } of inner.def.checks ?? []) {
    if ('minimum' in check.def) ends.min = Number(check.def.minimum);
    if ('maximum' in check.def) ends.max = Number(check.def.maximum);
  }
  return { ...ends, integer: true, above: false };
}

/** The names that an enumeration takes; undefined: it is none. */
export function choicesOf(schema: z.ZodType): readonly string[] | undefined {
  const inner = bareSchema(schema);
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

/** `1..1000`; empty: no number, or one without bounds worth a word. */
export function boundsText(schema: z.ZodType): string {
  const bounds = boundsOf(schema);
  if (!bounds || !Number.isFinite(bounds.min)) return '';
  const { min, max, above } = bounds;
  if (max === Number.MAX_SAFE_INTEGER) return `${min}..2^53-1`;
  if (!Number.isFinite(max)) return above ? `above ${min}` : `${min} or more`;
  return above ? `above ${min} up to ${max}` : `${min}..${max}`;
}

function defaultOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodDefault) return schema.def.defaultValue;
  return schema instanceof z.ZodOptional ? defaultOf(schema.unwrap() as z.ZodType) : undefined;
}

/** The default in words; undefined: nothing is to be said of it. */
export function defaultText({ schema, default: words }: Row): string | undefined {
  if (words !== undefined) return words || undefined;
  const value = defaultOf(schema);
  if (typeof value === 'boolean') return value ? 'yes' : undefined;
  return typeof value === 'number' || typeof value === 'string' ? String(value) || undefined : undefined;
}

/** `Denoising steps, 1..1000. Default: 20`: the bounds follow the first part of the help. `withDefault` false: for a list of choices that follows. */
export function helpLine(row: Row, { withDefault = true } = {}): string {
  const bounds = boundsText(row.schema);
  const help = bounds === '' ? row.help : row.help.replace(/(?=;|\. |$)/, `, ${bounds}`);
  const words = withDefault ? defaultText(row) : undefined;
  return words === undefined ? help : `${help}. Default: ${words}`;
}
