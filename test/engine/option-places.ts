/** Every number and every enumeration of the option tables, with values just inside and just outside what it takes. */
import { boundsOf, choicesOf, everyRow, optionTables, type PlacedRow } from '../../lib/engine/index.ts';

export interface Option extends PlacedRow {
  /** The call that takes it. */
  call: keyof typeof optionTables;
  inside: readonly (number | string)[];
  outside: readonly (number | string)[];
}

function values({ row }: PlacedRow): Pick<Option, 'inside' | 'outside'> | undefined {
  const choices = choicesOf(row.schema);
  if (choices) return { inside: choices, outside: ['nosuch'] };
  const bounds = boundsOf(row.schema);
  if (!bounds) return undefined;
  const { min, max, integer, above } = bounds;
  const step = integer ? 1 : 0.001;
  return { inside: [above ? min + step : min, max], outside: [above ? min : min - step, max + step] };
}

/** Those of a union too: -1 or 0..4096 counts as -1..4096. */
export const options: readonly Option[] = Object.entries(optionTables).flatMap(([call, table]) =>
  everyRow(table).flatMap((placed) => {
    const tried = values(placed);
    return tried ? [{ ...placed, ...tried, call: call as Option['call'] }] : [];
  }),
);

/** Fields that must stand beside a field of an object of settings. */
const beside: Readonly<Record<string, Record<string, unknown>>> = { cache: { mode: 'ucache' }, skipLayerGuidance: { layers: [1] } };

/** Options that hold `value` at a path. */
export function optionsWith(path: string, value: unknown): Record<string, unknown> {
  const [head = '', field] = path.split('.');
  // At most the other threshold.
  if (path === 'lowThreshold') return { highThreshold: 1, lowThreshold: value };
  return { [head]: field === undefined ? value : { ...beside[head], [field]: value } };
}
