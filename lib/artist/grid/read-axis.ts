/** An axis as a person writes it: `steps=10,20,30`, `cfg=3..7:2`, `prompt="a fox","an owl"`, `prompt=@prompts.txt`. */
import * as z from 'zod';
import { ArtistError, answering, display, nearest, readError, readPlainFile } from '../../core/index.ts';
import { bareSchema, optionTables } from '../../engine/index.ts';
import { engineNames } from '../../image/index.ts';
import { bare, placesOf, valueOfText } from '../prompts/line-options.ts';
import { linesOf } from '../prompts/prompt-list.ts';
import type { GridAxis } from './axes.ts';

/** Values of one axis. */
export const mostValues = 100;

/** Options that belong to the whole grid, or to the program. */
const notAnAxis = ['batchCount', 'isolate'];
/** Options that a grid has beside those of the engine: see cellOptions(). */
const gridOnly = { loraWeight: z.number(), size: z.string(), replace: z.string() };

interface Axis {
  path: string;
  schema: z.ZodType;
}

let known: Map<string, Axis> | undefined;

function axesByName(): Map<string, Axis> {
  known ??= new Map(
    [...placesOf([optionTables.generate, optionTables.loadModel], gridOnly)].filter(([, { path }]) => !notAnAxis.includes(path)),
  );
  return known;
}

const wrong = (message: string): ArtistError => new ArtistError('ERR_INVALID_ARGUMENT', message);

function axisNamed(name: string): Axis {
  const found = axesByName().get(bare(name.replace(/^--/, '')));
  if (found) return found;
  const guess = nearest(
    name,
    [...axesByName().values()].map(({ path }) => path),
  );
  throw wrong(
    `${name}: expected the name of an option of generate, such as steps, cfg, sampler or prompt${guess === undefined ? '' : `. Did you mean ${guess}?`}`,
  );
}

/** Splits at commas outside of quotes; a quote that is doubled in a quoted value is one of the value. */
function splitValues(text: string, name: string): string[] {
  const values: string[] = [];
  const one = /\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(,|$)/gy;
  for (;;) {
    const match = one.exec(text);
    if (!match)
      throw wrong(`${name}: expected values with commas between them, got ${display(text)}. Quote values with commas: "a, b","c"`);
    values.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return values;
  }
}

const decimals = (text: string): number => /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;

/** `10..30:5` -> 10, 15, 20, 25, 30; other texts are undefined. */
function rangeOf(text: string, name: string): number[] | undefined {
  const [, from, to, by] = /^(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)(?::(\d+(?:\.\d+)?))?$/.exec(text) ?? [];
  if (from === undefined || to === undefined) return undefined;
  const [start, end, step] = [Number(from), Number(to), Number(by ?? '1')];
  if (step === 0) throw wrong(`${name}: expected a step above 0 after the colon, got ${display(text)}`);
  const digits = Math.max(decimals(from), decimals(by ?? '1'));
  // A hair more: 0.1 * 3 is larger than 0.3.
  const count = Math.floor(Math.abs(end - start) / step + 1e-9) + 1;
  if (count > mostValues) throw wrong(`${name}: expected at most ${mostValues} values, got ${count} (${text})`);
  return Array.from({ length: count }, (_, index) => Number((start + Math.sign(end - start) * index * step).toFixed(digits)));
}

/** `style.safetensors:0.8`, or none. */
function loraOf(text: string): unknown[] {
  if (text === '' || text === 'none') return [];
  const [, path, weight] = /^(.+):([-+]?(?:\d+\.?\d*|\.\d+))$/.exec(text) ?? [];
  return path === undefined ? [{ path: text }] : [{ path, weight: Number(weight) }];
}

/** "Euler a" -> euler_a. A sampler that names its schedule stays: generate() refuses it and says how to give both. */
function ownName(text: string, path: string): string {
  if (/scheduler$/i.test(path)) return engineNames(undefined, text).scheduler ?? text;
  const { sampler, scheduler } = engineNames(/sampler$/i.test(path) ? text : undefined);
  return scheduler === undefined ? (sampler ?? text) : text;
}

function valueRead(text: string, { path, schema }: Axis): unknown {
  if (path === 'loras') return loraOf(text);
  return valueOfText(ownName(text, path), bareSchema(schema));
}

/**
 * Reads an axis of a grid: NAME=VALUES. Values have commas between them, and quotes around them where they contain some; numbers may be a range
 * FROM..TO:STEP; `@FILE` takes the lines of a file. A name is that of a flag or of an option of the library.
 *
 * @throws ArtistError ERR_INVALID_ARGUMENT with the axis; ERR_READ when a file cannot be read
 */
export const readGridAxis = answering('readGridAxis', async (text: string): Promise<GridAxis> => {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw wrong(`grid: expected an axis such as steps=10,20,30, got ${display(text)}`);
  const [name, given] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  const axis = axisNamed(name);
  const file = /^@(.+)$/s.exec(given)?.[1];
  const labels =
    file === undefined
      ? splitValues(given, name).flatMap((value) => rangeOf(value, name)?.map(String) ?? [value])
      : linesOf(
          await readPlainFile(file, 'utf8').catch((cause: unknown) => {
            throw readError(file, `the values of ${name}`, cause);
          }),
        ).map(({ text: value }) => value);
  if (labels.length === 0) throw wrong(`${name}: expected at least one value, got none`);
  if (labels.length > mostValues) throw wrong(`${name}: expected at most ${mostValues} values, got ${labels.length}`);
  return { option: axis.path, title: name.replace(/^--/, ''), values: labels.map((label) => valueRead(label, axis)), labels };
});
