/** Axes of a grid: what a person chose, and what the jobs of a grid tell. */
import type { Job } from '../../api/jobs.ts';
import { isListed, type OptionRow } from '../form/options.ts';

/** Largest number of cells that the server takes. */
export const mostCells = 100;

export interface Axis {
  option: string;
  /** As typed, with commas; prompts one a line. */
  text: string;
}

const others = ['width', 'height', 'seed', 'denoisingStrength'];
/** Options with values of their own: not lists, not texts. */
export const canVary = (row: OptionRow): boolean => (isListed(row) || others.includes(row.name)) && row.grid && row.kind !== 'text';

const plain = (text: string): unknown =>
  text === 'true' ? true : text === 'false' ? false : text !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;

export function valuesOf({ option, text }: Axis): unknown[] {
  const isPrompt = option === 'prompt';
  const parts = text.split(isPrompt ? '\n' : ',').map((part) => part.trim());
  return parts.filter((part) => part !== '').map((part) => (isPrompt || option === 'model' ? part : plain(part)));
}

/** Column and row of a job of a grid, which its reference ends with. */
export function cellOf({ reference }: Job): { column: number; row: number } | undefined {
  const [, column, row] = /\.(\d+)\.(\d+)$/.exec(reference ?? '') ?? [];
  return column === undefined ? undefined : { column: Number(column), row: Number(row) };
}

function leaves(value: unknown, path: string, into: Map<string, string>): void {
  if (value !== null && typeof value === 'object' && !Array.isArray(value))
    for (const [name, inner] of Object.entries(value)) leaves(inner, path === '' ? name : `${path}.${name}`, into);
  else into.set(path, typeof value === 'string' ? value : JSON.stringify(value));
}

function optionsOf({ request }: Job): Map<string, string> {
  const found = new Map<string, string>();
  leaves(request?.options ?? {}, '', found);
  if (request?.model !== undefined) found.set('model', request.model);
  return found;
}

export interface Table {
  columns: number;
  rows: number;
  /** Names of the options that differ; undefined: none does. */
  x: string | undefined;
  y: string | undefined;
  xLabels: string[];
  yLabels: string[];
  jobAt(column: number, row: number): Job | undefined;
}

/** The option in which two jobs of a grid differ. */
function differing(first: Job | undefined, second: Job | undefined): string | undefined {
  if (!first || !second) return undefined;
  const [before, after] = [optionsOf(first), optionsOf(second)];
  return [...new Set([...before.keys(), ...after.keys()])].find((name) => before.get(name) !== after.get(name));
}

export function tableOf(jobs: readonly Job[]): Table {
  const cells = new Map(
    jobs.flatMap((job) => {
      const cell = cellOf(job);
      return cell ? [[`${cell.column} ${cell.row}`, job] as const] : [];
    }),
  );
  const places = jobs.flatMap((job) => cellOf(job) ?? []);
  const columns = Math.max(0, ...places.map(({ column }) => column + 1));
  const rows = Math.max(0, ...places.map(({ row }) => row + 1));
  const jobAt = (column: number, row: number): Job | undefined => cells.get(`${column} ${row}`);
  const x = differing(jobAt(0, 0), jobAt(1, 0));
  const y = differing(jobAt(0, 0), jobAt(0, 1));
  const label = (job: Job | undefined, name: string | undefined): string =>
    job && name !== undefined ? (optionsOf(job).get(name) ?? '') : '';
  const xLabels = Array.from({ length: columns }, (_, column) => label(jobAt(column, 0), x));
  const yLabels = Array.from({ length: rows }, (_, row) => label(jobAt(0, row), y));
  return { columns, rows, x, y, xLabels, yLabels, jobAt };
}
