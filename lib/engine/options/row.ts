/**
 * What one option is: a row of a table. Schemas, types, flags, settings, recipes, native requests, docs and the bounds in C++ are derived from
 * these rows; CONTRIBUTING.md, "Add an option", shows how. The JSDoc above a row is its long documentation, which editors and docs show.
 */
import type * as z from 'zod';

export interface Row {
  /** Type and bounds. Optional, or with the default that the call itself fills in. */
  readonly schema: z.ZodType;
  /** One line for the terminal. Bounds, choices and the default are added to it: see helpLine(). */
  readonly help: string;
  /** The default in words, if the schema has none; '': the help does not mention it. */
  readonly default?: string;
  /** Heading in --help. Default: the group of the row around it. */
  readonly group?: string;
  /** Flag of the command line. Default: the key in kebab-case, in the singular for a list whose values are given one by one; false: none. */
  readonly flag?: string | false;
  /** Other names of the flag. */
  readonly aliases?: readonly string[];
  /**
   * create() of an artist: `flag`: it and its commands take it; `option`: only create() takes it (default for generate()); `no`: it does not
   * (default for loadModel()).
   */
  readonly create?: 'flag' | 'option' | 'no';
  /** In section `paint` of the settings, under its own name. */
  readonly setting?: boolean;
  /**
   * Name in the recipe: its own (true), another, in `extra` under its own name (default), or none (false). `load` options that do not change
   * pixels have none.
   */
  readonly recipe?: boolean | string;
  /** Written into the recipe, but not read from it when a picture is painted again: each picture of a batch has its own recipe. */
  readonly replay?: false;
  /** What a recipe of ours without it means, if that is not the default: it was written before the option had this default. */
  readonly unrecorded?: unknown;
  /** Name in the native request. Default: its own; '': its fields are part of the request itself; false: not sent, or sent by hand. */
  readonly native?: string | false;
  /** Name among the engine's `extra_sample_args`, which are text. */
  readonly sampleArg?: string;
  /** Has an effect only together with this option, or with one of these values of it: `cache.mode=dbcache|cache-dit`. */
  readonly needs?: string;
  /** Options that this one replaces; the command line refuses both together. */
  readonly replaces?: readonly string[];
  /** Rows of the object that the option takes. */
  readonly fields?: Rows;
}
export type Rows = Readonly<Record<string, Row>>;

/** A table of rows. Keeps its literal types, which other types are derived from. */
export const rows = <const R extends Rows>(table: R): R => table;

/** The schemas of a table. Homomorphic, so that editors find the JSDoc of a row at the option. */
export type ShapeOf<R extends Rows> = { -readonly [K in keyof R]: R[K]['schema'] };

/** For z.strictObject(). */
export function shapeOf<R extends Rows>(table: R): ShapeOf<R> {
  return Object.fromEntries(Object.entries(table).map(([key, { schema }]) => [key, schema])) as ShapeOf<R>;
}

type NativeKey<K, T> = T extends { native: false } | { native: '' } ? never : T extends { native: infer N extends string } ? N : K;
type PlainField<K, T> = T extends { fields: Rows } | { sampleArg: string } ? never : NativeKey<K, T>;
type NativeValue<S extends z.ZodType> =
  Exclude<z.output<S>, undefined> extends Record<string, unknown> ? string : Exclude<z.output<S>, undefined>;

/** Fields of a native request: every row that is sent unchanged. A record is sent as the text `name=value,name=value`. */
export type NativeFields<R extends Rows> = { [K in keyof R as PlainField<K, R[K]>]?: NativeValue<R[K]['schema']> };

/** A row and its path. */
export interface PlacedRow {
  /** `hires.steps` */
  path: string;
  row: Row;
  /** The row whose field it is. */
  parent?: PlacedRow;
}

/** Every row of a table, each followed by the rows of its fields. */
export function everyRow(table: Rows, parent?: PlacedRow): PlacedRow[] {
  return Object.entries(table).flatMap(([key, row]) => {
    const placed: PlacedRow = { path: parent ? `${parent.path}.${key}` : key, row, ...(parent && { parent }) };
    return [placed, ...(row.fields ? everyRow(row.fields, placed) : [])];
  });
}

/** Name of an option in the recipe; undefined: it stands in `extra`, or nowhere. */
export function recipeName(key: string, { recipe }: Row): string | undefined {
  return recipe === true ? key : recipe === false ? undefined : recipe;
}
