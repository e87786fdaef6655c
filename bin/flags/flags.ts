import { ArtistError, display, nearest } from '../../lib/core/index.ts';
import { type Arguments, addLetters, type Parser } from '../shell/parser.ts';

type Shape = 'value' | 'list' | 'switch';

/**
 * One option of a command: its description and how its text becomes a value. Ranges are checked where the option is declared, in lib:
 * its error names the field, and bin/shell/failure.ts translates that name into the flag.
 */
export interface Flag<T> {
  describe: string;
  /** Heading in the help. Default: "Options". */
  group?: string | undefined;
  shape: Shape;
  /** Allowed values, shown in the help. */
  choices?: readonly string[] | undefined;
  /** Shown after the choices. */
  default?: string | undefined;
  /** Other names of the option. */
  aliases?: readonly string[] | undefined;
  /** Reads one value; `name` is for its error. */
  read: (text: string, name: string) => unknown;
  /** Never set: carries the type of the value. */
  readonly value?: T;
}

export type Flags = Record<string, Flag<unknown>>;
type ValueOf<F> = F extends Flag<infer T> ? T : never;
/** Values of a table of flags; undefined: not given. */
export type Values<F extends Flags> = { [K in keyof F]: ValueOf<F[K]> | undefined };
/** Values of required positionals. */
export type RequiredValues<F extends Flags> = { [K in keyof F]: ValueOf<F[K]> };

function usage(message: string): never {
  throw new ArtistError('ERR_INVALID_ARGUMENT', message);
}

export function text(describe: string, group?: string): Flag<string> {
  return {
    describe,
    group,
    shape: 'value',
    read: (value, name) => (value === '' ? usage(`${name}: expected a text, got an empty one`) : value),
  };
}

/** Text that may be empty: a prompt. */
export function anyText(describe: string, group?: string): Flag<string> {
  return { describe, group, shape: 'value', read: (value) => value };
}

export function readNumber(value: string, name: string): number {
  const number = value.trim() === '' ? Number.NaN : Number(value);
  if (!Number.isFinite(number)) usage(`${name}: expected a number, got ${display(value)}`);
  // Larger numbers would be rounded to a number other than the one typed.
  if (Number.isInteger(number) && !Number.isSafeInteger(number))
    usage(`${name}: expected a number of at most ${Number.MAX_SAFE_INTEGER}, got ${display(value)}`);
  return number;
}

/** Seed; -1 and random draw one, as if the flag were omitted. */
export function seed(describe: string, group?: string): Flag<number> {
  return {
    describe,
    group,
    shape: 'value',
    read: (value, name) => (value === '-1' || value === 'random' ? undefined : readNumber(value, name)),
  };
}

export function number(describe: string, group?: string): Flag<number> {
  return { describe, group, shape: 'value', read: readNumber };
}

export function toggle(describe: string, group?: string): Flag<boolean> {
  return { describe, group, shape: 'switch', read: (value) => value === 'true' };
}

/** `inOwnWords` turns the name that other programs use into the choice it means. */
export function choice<T extends string>(
  describe: string,
  choices: readonly T[],
  group?: string,
  inOwnWords: (value: string, name: string) => string = (value) => value,
): Flag<T> {
  return {
    describe,
    group,
    shape: 'value',
    choices,
    read: (value, name) => {
      const own = choices.find((known) => known === value) ?? inOwnWords(value, name);
      return choices.find((known) => known === own) ?? wrongChoice(value, name, choices);
    },
  };
}

function wrongChoice(value: string, name: string, choices: readonly string[]): never {
  const meant = nearest(value, choices);
  return usage(`${name}: expected one of ${choices.join(', ')}, got ${display(value)}${meant ? `. Did you mean ${meant}?` : ''}`);
}

/** An option that may be given several times, one value each. */
export function list<T>(describe: string, group: string | undefined, read: (value: string, name: string) => T): Flag<T[]> {
  return { describe, group, shape: 'list', read };
}

/** Comma-separated numbers. */
export function numbers(describe: string, group?: string): Flag<number[]> {
  return { describe, group, shape: 'value', read: (value, name) => value.split(',').map((part) => readNumber(part, name)) };
}

/** NAME=VALUE, given several times, as an object. */
export function pairs(describe: string, group?: string): Flag<[string, string][]> {
  return list(describe, group, (value, name) => {
    const at = value.lastIndexOf('=');
    return at < 1 || at === value.length - 1
      ? usage(`${name}: expected NAME=VALUE, got ${display(value)}`)
      : [value.slice(0, at), value.slice(at + 1)];
  });
}

/** A file with an optional weight after the last colon: `style.safetensors:0.8`. A colon without a number after it belongs to the path. */
export function readWeighted(value: string, name: string): { path: string; weight?: number } {
  const match = /^(.+):([-+]?(?:\d+\.?\d*|\.\d+))$/.exec(value);
  const [, file, weight] = match ?? [];
  if (file !== undefined && weight !== undefined) return { path: file, weight: Number(weight) };
  return value === '' || value.endsWith(':') ? usage(`${name}: expected PATH or PATH:WEIGHT, got ${display(value)}`) : { path: value };
}

/** A name with an optional weight after the last colon: `black ink drawing:0.4`. */
export function readNamedWeight(value: string, name: string): { name: string; weight?: number } {
  const { path, weight } = readWeighted(value, name);
  return { name: path, ...(weight !== undefined && { weight }) };
}

/** Its line in the help. */
export function descriptionOf({ describe, choices, default: words }: Flag<unknown>): string {
  return `${describe}${choices ? `: ${choices.join(', ')}` : ''}${words === undefined ? '' : `. Default: ${words}`}`;
}

/** The name that was typed for a flag: an alias or its own; its own if it was not typed. */
export function typedName(name: string, { aliases = [] }: Pick<Flag<unknown>, 'aliases'>, argv: readonly string[]): string {
  const words = new Set(argv.map((word) => word.replace(/^--(no-)?/, '--').replace(/=.*$/s, '')));
  return words.has(`--${name}`) ? name : (aliases.find((alias) => words.has(`--${alias}`)) ?? name);
}

export function declareFlags(parser: Parser, flags: Flags): Parser {
  let described = parser;
  for (const [name, flag] of Object.entries(flags)) {
    const common = {
      describe: descriptionOf(flag),
      group: `${flag.group ?? 'Options'}:`,
    };
    if (flag.shape === 'switch') described = described.option(name, { ...common, type: 'boolean' });
    else if (flag.shape === 'list') described = described.option(name, { ...common, array: true, string: true, requiresArg: true });
    else described = described.option(name, { ...common, requiresArg: true });
    if (flag.aliases) described = described.alias(name, [...flag.aliases]);
  }
  return addLetters(described, Object.keys(flags));
}

/** @throws ArtistError ERR_INVALID_ARGUMENT with the name of the flag */
export function readFlags<F extends Flags>(args: Arguments, flags: F, argv: readonly string[], prefix = '--'): Values<F> {
  const values: Record<string, unknown> = {};
  for (const [name, flag] of Object.entries(flags)) {
    const raw = args[name];
    const shown = prefix === '' ? name : `${prefix}${typedName(name, flag, argv)}`;
    if (raw === undefined) values[name] = undefined;
    else if (flag.shape === 'switch') values[name] = readSwitch(raw, shown, argv);
    else if (flag.shape === 'list') values[name] = (Array.isArray(raw) ? raw : [raw]).map((value) => flag.read(String(value), shown));
    else if (Array.isArray(raw)) usage(`${shown}: expected one value, got ${raw.length}. Give it once`);
    // yargs reads a lone dash as an option without a name, and the place of the argument as its value.
    else values[name] = flag.read(raw === true && prefix === '' ? '-' : String(raw), shown);
  }
  return values as Values<F>;
}

// yargs reads every --flag=text as false, the opposite of what `--upscale=yes` means.
function readSwitch(raw: unknown, shown: string, argv: readonly string[]): boolean {
  const assigned = argv.find((word) => word.startsWith(`${shown}=`))?.slice(shown.length + 1);
  if (assigned !== undefined && assigned !== 'true' && assigned !== 'false')
    usage(`${shown}: expected nothing, true or false after it, got ${display(assigned)}`);
  // Given twice (`--upscale --no-upscale`), the last one counts, as in other programs.
  return Array.isArray(raw) ? raw.at(-1) === true : raw === true;
}
