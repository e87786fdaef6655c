/** Options of the engine and of training as rows of a form. */
import * as z from 'zod';
import { loopOptions, orderOptionNames } from '../../../artist/index.ts';
import { boundsOf, choicesOf, everyRow, helpLine, optionTables, type Row, type Rows } from '../../../engine/index.ts';
import { trainRows } from '../../../train/index.ts';
import { jsonValue } from '../../openapi/json-value.ts';

/** Calls whose options can be asked for. */
export const optionCalls = ['generate', 'create', 'upscale', 'train'] as const;
export type OptionCall = (typeof optionCalls)[number];

export const optionRow = z.object({
  name: z.string().describe('Path of the option: hires.steps'),
  group: z.string(),
  help: z.string().describe('One line with bounds and default'),
  kind: z.enum(['number', 'integer', 'choice', 'boolean', 'text', 'object']),
  min: z.number().nullable(),
  max: z.number().nullable(),
  choices: z.array(z.string()).nullable(),
  default: jsonValue().nullable(),
  needs: z.string().nullable().describe('It has an effect only together with this option'),
  setting: z.boolean().describe('It can be set in section paint of the settings'),
});
export type OptionRow = z.output<typeof optionRow>;

const { candidates, expand, score, upscale } = loopOptions.shape;
const group = 'Choosing';
/** Options of create() itself that have one value. */
const choosingRows: Rows = {
  candidates: {
    schema: candidates,
    help: 'Number of candidates, 1..64, or auto: continue while another is worth its seconds',
    default: 'one that passes the gates, in at most 3 tries',
    group,
  },
  style: { schema: z.string().optional(), help: 'Style of the picture', default: 'chosen by your ratings', group },
  expand: { schema: expand, help: 'Expand {a|b} and __lists__ in the prompt', default: 'yes', group },
  score: { schema: score, help: 'Let CLIP choose among several candidates', default: 'yes', group },
  upscale: { schema: upscale, help: 'Enlarge four times', default: 'if the picture is small', group },
};

function tableOf(call: OptionCall): Rows {
  if (call === 'train') return trainRows;
  if (call === 'upscale') return optionTables.upscale;
  const rows: Rows = optionTables.generate;
  if (call === 'generate') return rows;
  const ordered = new Set(orderOptionNames());
  return Object.fromEntries(Object.entries({ ...choosingRows, ...rows }).filter(([name]) => ordered.has(name)));
}

/** Options that are no values of a form: functions, pictures and places of the server. */
const isHidden = (name: string, { flag, schema }: Row): boolean =>
  (flag === false && name !== 'prompt') || schema instanceof z.ZodCustom || /^(home|out|overwrite|signal|onProgress)$/.test(name);

function kindOf(schema: z.ZodType): OptionRow['kind'] {
  const json = describedBy(schema);
  const bounds = boundsOf(schema);
  if (bounds) return bounds.integer ? 'integer' : 'number';
  if (choicesOf(schema)) return 'choice';
  if (json['type'] === 'boolean') return 'boolean';
  return json['type'] === 'string' ? 'text' : 'object';
}

function describedBy(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

const finite = (value: number | undefined): number | null => (value !== undefined && Number.isFinite(value) ? value : null);

function viewOf(name: string, row: Row, group: string): OptionRow {
  const { schema, needs, setting } = row;
  const bounds = boundsOf(schema);
  const { default: given } = describedBy(schema);
  return {
    name,
    group,
    help: helpLine(row),
    kind: kindOf(schema),
    min: finite(bounds?.min),
    max: finite(bounds?.max),
    choices: [...(choicesOf(schema) ?? [])].length > 0 ? [...(choicesOf(schema) ?? [])] : null,
    default: (given ?? null) as OptionRow['default'],
    needs: needs ?? null,
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
    .map(({ path, row, parent }) => viewOf(path, row, row.group ?? parent?.row.group ?? 'General'));
  made.set(call, rows);
  return rows;
}
