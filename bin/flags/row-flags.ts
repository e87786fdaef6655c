/** The flags of a table of options: names, help, how their text is read, where it goes, and what they need. All of it from the rows. */
import * as z from 'zod';
import { bareSchema, choicesOf, defaultText, everyRow, helpLine, type PlacedRow, type Row, type Rows } from '../../lib/engine/index.ts';
import type { Needs, Replaced } from '../shell/conditions.ts';
import { anyText, choice, type Flag, type Flags, list, number, numbers, pairs, text, toggle } from './flags.ts';
import { toOptions } from './option-paths.ts';

/** How the text of single options is read, by their path; the others follow from their schemas. */
export type Readers = Readonly<Record<string, (describe: string, group: string | undefined) => Flag<unknown>>>;

export interface RowFlags {
  flags: Flags;
  /** Path of the option behind each flag. */
  paths: ReadonlyMap<string, string>;
  needs: Needs;
  replaced: Replaced;
  /** The given values as options of lib, which checks them. */
  optionsOf: (values: Readonly<Record<string, unknown>>) => Record<string, unknown>;
}

const kebab = (path: string): string => path.replaceAll('.', '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Name of the flag of an option; undefined if it has none. */
export function flagOf({ path, row }: Pick<PlacedRow, 'path' | 'row'>): string | undefined {
  return row.flag === false ? undefined : (row.flag ?? kebab(path));
}

const groupOf = ({ row, parent }: PlacedRow): string | undefined => row.group ?? (parent && groupOf(parent));

/** Switches an object of settings on and off as a whole: `--hires`. */
const isSwitch = ({ fields, flag }: Row): boolean => fields !== undefined && flag !== false;

function plainFlag(row: Row, group: string | undefined): Flag<unknown> {
  const schema = bareSchema(row.schema);
  const line = helpLine(row);
  if (isSwitch(row) || schema instanceof z.ZodBoolean) return toggle(line, group);
  const choices = choicesOf(schema);
  if (choices) return choice(line, choices, group);
  if (schema instanceof z.ZodString) return schema.minLength === null ? anyText(line, group) : text(line, group);
  if (schema instanceof z.ZodRecord) return pairs(line, group);
  if (schema instanceof z.ZodArray)
    return bareSchema(schema.element as z.ZodType) instanceof z.ZodNumber ? numbers(line, group) : list(line, group, (value) => value);
  if (schema instanceof z.ZodCustom) return text(line, group);
  return number(line, group);
}

function flagFor(placed: PlacedRow, readers: Readers): Flag<unknown> {
  const { row, path } = placed;
  const read = readers[path];
  const flag = read ? read(helpLine(row), groupOf(placed)) : plainFlag(row, groupOf(placed));
  return {
    ...flag,
    ...(flag.choices && { describe: helpLine(row, { withDefault: false }), default: defaultText(row) }),
    aliases: row.aliases,
  };
}

/** A setting of the engine by name: number, true or false, else text (which lib refuses with its reason). */
function scalar(value: string): number | boolean | string {
  if (value === 'true' || value === 'false') return value === 'true';
  return Number.isFinite(Number(value)) && value.trim() !== '' ? Number(value) : value;
}

/** NAME=VALUE pairs as the record that the option takes. */
function recordOf(given: readonly [string, string][], row: Row): Record<string, unknown> {
  const schema = bareSchema(row.schema);
  const holdsText = schema instanceof z.ZodRecord && !(schema.valueType instanceof z.ZodUnion);
  return Object.fromEntries(given.map(([name, value]) => [name, holdsText ? value : scalar(value)]));
}

/** `--hires` alone uses all defaults; `--no-hires` with other hires flags switches it off. */
function switched(options: Record<string, unknown>, key: string): void {
  const given = options[key] as Record<string, unknown> | undefined;
  if (given === undefined) return;
  const { enabled, ...rest } = given;
  options[key] = enabled === false ? false : rest;
}

/** @param readers for options whose typed form differs from the one lib takes */
export function flagsOf(table: Rows, readers: Readers = {}): RowFlags {
  const placed = everyRow(table).filter((one) => flagOf(one) !== undefined);
  const names = new Map(placed.map((one) => [one.path, flagOf(one) ?? '']));
  const flagAt = (path: string): string => names.get(path) ?? kebab(path);
  const paths = new Map(placed.map(({ path, row }) => [flagAt(path), isSwitch(row) ? `${path}.enabled` : path]));
  const inFlags = (need: string): string => need.replace(/^[\w.]+/, flagAt);
  return {
    flags: Object.fromEntries(placed.map((one) => [flagAt(one.path), flagFor(one, readers)])),
    paths,
    needs: Object.fromEntries(placed.flatMap(({ path, row }) => (row.needs === undefined ? [] : [[flagAt(path), inFlags(row.needs)]]))),
    replaced: Object.fromEntries(
      placed.flatMap(({ path, row }) => (row.replaces === undefined ? [] : [[flagAt(path), row.replaces.map(flagAt)]])),
    ),
    optionsOf: (values) => {
      const typed = { ...values };
      for (const { path, row } of placed) {
        const flag = flagAt(path);
        if (typed[flag] !== undefined && bareSchema(row.schema) instanceof z.ZodRecord)
          typed[flag] = recordOf(typed[flag] as [string, string][], row);
      }
      const options = toOptions(typed, paths);
      for (const { path, row } of placed) if (isSwitch(row)) switched(options, path);
      return options;
    },
  };
}
