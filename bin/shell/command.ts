import { declareFlags, type Flags, type RequiredValues, readFlags, typedName, type Values } from '../flags/flags.ts';
import { namesOf, pathsOf } from '../flags/option-paths.ts';
import type { Command, CommandEntry } from './command-entry.ts';
import { checkConditions, type Needs, type Replaced } from './conditions.ts';
import type { Arguments } from './parser.ts';
import { type Context, type Outcome, run } from './run.ts';

export interface CommandDefinition<R extends Flags, O extends Flags, F extends Flags> {
  /** Positionals in `<>`. */
  required?: R;
  /** Positionals in `[]`. */
  optional?: O;
  flags?: F;
  /** Command line (with $0 for the program's name) and its effect. At least one. */
  examples: readonly (readonly [string, string])[];
  /** Further text below the help. */
  epilogue?: string;
  /** Subcommands: `train resume`. Their names are reserved; a folder with such a name is `./resume`. */
  commands?: readonly CommandEntry[];
  /** Flag or positional for each option of lib with another name: `vaeTiling.tileWidth` → `--tile-width`. */
  names?: ReadonlyMap<string, string>;
  /** Options that need another option, and options that another one replaces. */
  needs?: Needs;
  replaced?: Replaced;
  /**
   * For a command that runs until Ctrl-C: what the first one says. It aborts `context.signal` all the same.
   * Default: that the work is being cancelled.
   */
  atInterrupt?: string;
  run: (values: RequiredValues<R> & Values<O> & Values<F>, context: Context) => Promise<Outcome>;
}

export function command<
  R extends Flags = Record<never, never>,
  O extends Flags = Record<never, never>,
  F extends Flags = Record<never, never>,
>(definition: CommandDefinition<R, O, F>): Command {
  const positionals: Flags = { ...definition.required, ...definition.optional };
  const flags: Flags = definition.flags ?? {};
  const names = new Map([
    ...namesOf(pathsOf(flags, {})),
    ...Object.keys(positionals).map((name): [string, string] => [name, name]),
    ...(definition.names ?? []),
  ]);
  return {
    options: Object.keys(flags),
    flags,
    positionals,
    names,
    needs: definition.needs ?? {},
    replaced: definition.replaced ?? {},
    examples: definition.examples,
    epilogue: definition.epilogue,
    ...(definition.commands && { commands: definition.commands }),
    declare: (parser) => {
      let described = declareFlags(parser, flags);
      for (const [name, { describe }] of Object.entries(positionals)) described = described.positional(name, { describe });
      return described;
    },
    handle: (args, path, argv) => {
      const nameOf = (option: string): string => typedName(option, flags[option] ?? {}, argv);
      const typed = new Map(
        [...names].map(([option, name]) => [option, name.replace(/^--(.*)$/, (_, flag: string) => `--${nameOf(flag)}`)]),
      );
      return run(args, { command: path.join(' '), names: typed, flags, argv, atInterrupt: definition.atInterrupt }, (context) => {
        const given = takeAfterDashes(args, positionals);
        const values = { ...readFlags(given, positionals, argv, ''), ...readFlags(given, flags, argv) };
        checkConditions(values, { ...definition, nameOf });
        // The parser ensures that required positionals are present.
        return definition.run(values as RequiredValues<R> & Values<O> & Values<F>, context);
      });
    },
  };
}

/** A command that only groups others: `models list`. */
export function group(commands: readonly CommandEntry[], examples: readonly (readonly [string, string])[]): Command {
  return {
    options: [],
    flags: {},
    positionals: {},
    names: new Map(),
    needs: {},
    replaced: {},
    examples,
    declare: (parser) => parser,
    commands,
  };
}

/** yargs leaves words after `--` in `_`; they are positionals too (a prompt may begin with dashes). A list takes all remaining words. */
function takeAfterDashes(args: Arguments, positionals: Flags): Arguments {
  const words = args._.map(String);
  if (words.length === 0) return args;
  const taken: Record<string, unknown> = {};
  for (const [name, { shape }] of Object.entries(positionals)) {
    if (shape === 'list') taken[name] = [...((args[name] as readonly unknown[] | undefined) ?? []), ...words.splice(0)];
    else if (args[name] === undefined && words.length > 0) taken[name] = words.shift();
  }
  return { ...args, ...taken };
}
