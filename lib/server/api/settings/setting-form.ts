/** The settings as sections of a form. */
import * as z from 'zod';
import { configKeys, configSchema, descriptionOf, isFileOnly, isSecret, schemaAt, sectionOf } from '../../../config/index.ts';
import { isPathField } from '../../shown-paths.ts';
import { type FormRow, formRow, formRowOf } from './form-row.ts';

export const settingSection = z.object({
  name: z.string().describe('Key of the section; `model` also holds `loras`, which belongs to the model'),
  help: z.string(),
  rows: z.array(formRow),
});
export type SettingSection = z.output<typeof settingSection>;

/** Keys outside of any section, which are about the model. */
const ofModel = 'model';

function rowOf(key: string): FormRow {
  const path = key.split('.');
  const schema = schemaAt(path) as z.ZodType;
  const outer = schemaAt(path.slice(0, -1));
  const group = path.length > 2 && outer ? descriptionOf(outer) : '';
  const row = formRowOf(key, schema, { group, help: descriptionOf(schema) });
  if (isSecret(path)) return { ...row, kind: 'secret', default: null };
  return row.kind === 'text' && isPathField(path.at(-1) ?? '') ? { ...row, kind: 'path' } : row;
}

/** Every setting that clients may change, in the sections and the order of the schema. */
export function settingForm(): SettingSection[] {
  const keys = configKeys().filter((key) => sectionOf(schemaAt(key.split('.'))) === undefined && !isFileOnly(key.split('.')));
  const rowsIn = (section: string): FormRow[] => keys.filter((key) => key.startsWith(`${section}.`)).map(rowOf);
  const sections = Object.entries(sectionOf(configSchema) ?? {}).filter(([, schema]) => sectionOf(schema) !== undefined);
  return [
    {
      name: ofModel,
      help: 'The model that paints, and what is always used with it',
      rows: keys.filter((key) => !key.includes('.')).map(rowOf),
    },
    ...sections.map(([name, schema]) => ({ name, help: descriptionOf(schema), rows: rowsIn(name) })),
  ];
}
