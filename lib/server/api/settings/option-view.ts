/** Options of the engine and of training as rows of a form. */
import * as z from 'zod';
import { createRows, isOrdered } from '../../../artist/index.ts';
import { boundsOf, choicesOf, everyRow, helpLine, optionTables, type Row, type Rows } from '../../../engine/index.ts';
import { trainRows } from '../../../train/index.ts';
import { jsonValue } from '../../openapi/json-value.ts';
import { isFileOption } from '../jobs/names-only.ts';

/** Calls whose options can be asked for. */
export const optionCalls = ['generate', 'create', 'upscale', 'load', 'train'] as const;
export type OptionCall = (typeof optionCalls)[number];

export const optionRow = z.object({
  name: z.string().describe('Path of the option: hires.steps'),
  group: z.string(),
  help: z.string().describe('One line with bounds and default'),
  kind: z
    .enum(['number', 'integer', 'choice', 'boolean', 'text', 'list', 'picture', 'object'])
    .describe("picture: of the request's `pictures`"),
  min: z.number().nullable(),
  openMin: z.boolean().describe('`min` itself is not allowed'),
  max: z.number().nullable(),
  choices: z.array(z.string()).nullable().describe('The only values; of an integer: words that are accepted too'),
  default: jsonValue().nullable(),
  needs: z.string().nullable().describe('It has an effect only together with this option'),
  grid: z.boolean().describe('POST /grids can vary it'),
  admin: z.boolean().describe('A file of the machine: needs scope admin, except names of models and upscalers'),
  setting: z.boolean().describe('It can be set in section paint of the settings'),
});
export type OptionRow = z.output<typeof optionRow>;

/** Options of jobs of kind create: those of the artist, and of generate() as far as a work may have them. */
function createTable(): Rows {
  const paint = Object.entries(optionTables.generate as Rows).filter(([name, { create }]) => create !== 'no' && isOrdered(name));
  const own = Object.entries(createRows as Rows).filter(([name]) => isOrdered(name));
  return Object.fromEntries([['prompt', optionTables.generate.prompt], ...own, ...paint.filter(([name]) => name !== 'prompt')]);
}

function tableOf(call: OptionCall): Rows {
  if (call === 'train') return trainRows;
  if (call === 'load') return optionTables.loadModel;
  if (call === 'upscale') return optionTables.upscale;
  return call === 'generate' ? optionTables.generate : createTable();
}

const pictures: ReadonlySet<string> = new Set(['initImage', 'maskImage', 'controlImage', 'referenceImages']);

/** Options that are no values of a form: functions, places of the server, and what a job cannot have. */
const isHidden = (name: string, { flag, schema }: Row): boolean =>
  !pictures.has(name) &&
  ((flag === false && name !== 'prompt') ||
    schema instanceof z.ZodCustom ||
    /^(home|out|overwrite|signal|onProgress|isolate|image)$/.test(name) ||
    name.startsWith('photoMaker'));

function kindOf(name: string, schema: z.ZodType): OptionRow['kind'] {
  if (pictures.has(name)) return 'picture';
  const json = describedBy(schema);
  const bounds = boundsOf(schema);
  if (bounds) return bounds.integer ? 'integer' : 'number';
  if (choicesOf(schema)) return 'choice';
  if (json['type'] === 'boolean') return 'boolean';
  if (json['type'] === 'array') return 'list';
  if (alternativesOf(schema).some(({ type }) => type === 'integer')) return 'integer';
  return json['type'] === 'string' || alternativesOf(schema).some(({ type }) => type === 'string') ? 'text' : 'object';
}

interface Alternative {
  type?: string;
  const?: unknown;
  minimum?: number;
  maximum?: number;
}

/** What an option with several forms accepts, such as an integer or the word auto. */
function alternativesOf(schema: z.ZodType): Alternative[] {
  return (describedBy(schema)['anyOf'] as Alternative[] | undefined) ?? [];
}

function describedBy(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

/** Grids set one value at most one level deep. */
const isVaried = (call: OptionCall, name: string, kind: OptionRow['kind']): boolean =>
  (call === 'generate' || call === 'create') &&
  name.split('.').length <= 2 &&
  !name.startsWith('preview') &&
  ['number', 'integer', 'choice', 'boolean', 'text'].includes(kind);

function viewOf(call: OptionCall, name: string, row: Row, group: string): OptionRow {
  const { schema, needs, setting } = row;
  const integer = alternativesOf(schema).find(({ type }) => type === 'integer');
  const bounds = boundsOf(schema) ?? (integer && { min: integer.minimum, max: integer.maximum });
  const words = [...(choicesOf(schema) ?? alternativesOf(schema).flatMap((one) => (typeof one.const === 'string' ? [one.const] : [])))];
  const { default: given } = describedBy(schema);
  const kind = kindOf(name, schema);
  return {
    name,
    group,
    help: helpLine(row),
    kind,
    min: finite(bounds?.min),
    openMin: boundsOf(schema)?.above ?? false,
    max: finite(bounds?.max),
    choices: words.length > 0 ? words : null,
    default: (given ?? null) as OptionRow['default'],
    needs: needs ?? null,
    grid: isVaried(call, name, kind),
    admin: isFileOption(name),
    setting: setting === true,
  };
}

const made = new Map<OptionCall, OptionRow[]>();

/** The options of a call in the order of its table. */
export function optionsOfCall(call: OptionCall): OptionRow[] {
  const known = made.get(call);
  if (known) return known;
  const rows = everyRow(tableOf(call))
    .filter(({ path, row }) => !isHidden(path, row))
    .map(({ path, row, parent }) => viewOf(call, path, row, row.group ?? parent?.row.group ?? 'General'));
  made.set(call, rows);
  return rows;
}
