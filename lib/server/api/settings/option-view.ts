/** Options of the engine and of training as rows of a form. */
import * as z from 'zod';
import { createRows, isOrdered } from '../../../artist/index.ts';
import { everyRow, helpLine, optionTables, type Row, type Rows } from '../../../engine/index.ts';
import { trainRows } from '../../../train/index.ts';
import { isFileOption } from '../jobs/names-only.ts';
import { formRow, formRowOf } from './form-row.ts';

/** Calls whose options can be asked for. */
export const optionCalls = ['generate', 'create', 'upscale', 'load', 'train'] as const;
export type OptionCall = (typeof optionCalls)[number];

export const optionRow = formRow.extend({
  needs: z.string().nullable().describe('It has an effect only together with this option'),
  grid: z.boolean().describe('POST /grids can vary it'),
  admin: z.boolean().describe('A file of the machine: needs scope admin, except names of models and upscalers'),
  setting: z.boolean().describe('It can be set in section paint of the settings'),
});
export type OptionRow = z.output<typeof optionRow>;

/** Options of jobs of kind create: those of the artist, and of generate() and loadModel() as far as a work may have them. */
function createTable(): Rows {
  const paint = Object.entries(optionTables.generate as Rows).filter(([name, { create }]) => create !== 'no' && isOrdered(name));
  const own = Object.entries(createRows as Rows).filter(([name]) => isOrdered(name));
  const load = Object.entries(optionTables.loadModel as Rows).filter(([, { create }]) => create === 'flag');
  return Object.fromEntries([['prompt', optionTables.generate.prompt], ...own, ...paint.filter(([name]) => name !== 'prompt'), ...load]);
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

/** Grids set one value at most one level deep. */
const isVaried = (call: OptionCall, name: string, kind: OptionRow['kind']): boolean =>
  (call === 'generate' || call === 'create') &&
  name.split('.').length <= 2 &&
  !name.startsWith('preview') &&
  ['number', 'integer', 'choice', 'boolean', 'text'].includes(kind);

function viewOf(call: OptionCall, name: string, row: Row, group: string): OptionRow {
  const { schema, needs, setting } = row;
  const view = formRowOf(name, schema, { group, help: helpLine(row), ...(pictures.has(name) && { kind: 'picture' }) });
  return {
    ...view,
    needs: needs ?? null,
    grid: isVaried(call, name, view.kind),
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
