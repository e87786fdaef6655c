/** What a form needs to know of a value: its kind, bounds and choices, read from its schema. */
import * as z from 'zod';
import { boundsOf, choicesOf } from '../../../engine/index.ts';
import { jsonValue } from '../../openapi/json-value.ts';

export const formRow = z.object({
  name: z.string().describe('Path of the value: hires.steps'),
  group: z.string(),
  help: z.string().describe('One line with bounds and default'),
  kind: z
    .enum(['number', 'integer', 'choice', 'boolean', 'text', 'path', 'secret', 'list', 'picture', 'object'])
    .describe("path: a file or folder of the server; picture: of the request's `pictures`"),
  items: z.enum(['text', 'number', 'object']).nullable().describe('What a list holds'),
  min: z.number().nullable(),
  openMin: z.boolean().describe('`min` itself is not allowed'),
  max: z.number().nullable(),
  choices: z.array(z.string()).nullable().describe('The only values; of an integer or a text: words that are accepted too'),
  default: jsonValue().nullable(),
});
export type FormRow = z.output<typeof formRow>;

interface Json {
  type?: string;
  const?: unknown;
  minimum?: number;
  maximum?: number;
  default?: unknown;
  items?: Json;
  anyOf?: Json[];
}

const describedBy = (schema: z.ZodType): Json => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;

const wordOf = ({ const: word }: Json): string[] => (typeof word === 'string' || word === false ? [String(word)] : []);

function kindOf(schema: z.ZodType, { type, anyOf = [] }: Json): FormRow['kind'] {
  const bounds = boundsOf(schema);
  if (bounds) return bounds.integer ? 'integer' : 'number';
  if (choicesOf(schema)) return 'choice';
  if (type === 'boolean') return 'boolean';
  if (type === 'array') return 'list';
  if (anyOf.some((one) => one.type === 'integer')) return 'integer';
  return type === 'string' || anyOf.some((one) => one.type === 'string') ? 'text' : 'object';
}

function itemsOf({ type, items }: Json): FormRow['items'] {
  if (type !== 'array') return null;
  if (items?.type === 'string') return 'text';
  return items?.type === 'number' || items?.type === 'integer' ? 'number' : 'object';
}

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

/** The row of a value in a form. `kind` where the schema cannot tell. */
export function formRowOf(
  name: string,
  schema: z.ZodType,
  { kind, ...given }: { group: string; help: string; kind?: FormRow['kind'] },
): FormRow {
  const json = describedBy(schema);
  const integer = json.anyOf?.find(({ type }) => type === 'integer');
  const bounds = boundsOf(schema) ?? (integer && { min: integer.minimum, max: integer.maximum });
  const words = [...(choicesOf(schema) ?? json.anyOf?.flatMap(wordOf) ?? [])];
  return {
    name,
    ...given,
    kind: kind ?? kindOf(schema, json),
    items: itemsOf(json),
    min: finite(bounds?.min),
    openMin: boundsOf(schema)?.above ?? false,
    max: finite(bounds?.max),
    choices: words.length > 0 ? words : null,
    default: (json.default ?? null) as FormRow['default'],
  };
}
