import { answering } from '../core/index.ts';
import { type DataSheet, dataSheetSchema } from './data-sheet.ts';

/** Parses JSON inside a text; undefined if it is not JSON, or only a number or word. */
function jsonObject(text: unknown): object | undefined {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined; // a text that only begins like JSON
  }
}

/** Metadata of a file, sorted by name, with embedded JSON parsed, for users and for `--json`. */
export function expandMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(metadata).map(([name, value]): [string, unknown] => [name, jsonObject(value) ?? value]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The data sheet this package puts into a LoRA; undefined if there is none or its main parts are missing. */
export const readDataSheet = answering('readDataSheet', (metadata: Readonly<Record<string, unknown>>): DataSheet | undefined => {
  const sheet = jsonObject(metadata['ai_artist.data_sheet']) as Partial<DataSheet> | undefined;
  if (sheet?.schema !== dataSheetSchema) return undefined;
  const { pictures, licence, licences, attribution } = sheet;
  const whole = typeof pictures === 'object' && typeof licence === 'object' && Array.isArray(licences) && Array.isArray(attribution);
  return whole ? (sheet as DataSheet) : undefined;
});
