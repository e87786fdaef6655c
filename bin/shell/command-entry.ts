/** A command: its entry in the table of commands, and the contents of its file. */
import type { Flags } from '../flags/flags.ts';
import type { Needs, Replaced } from './conditions.ts';
import type { Arguments, Parser } from './parser.ts';

/** One file of bin/commands: the options of the command and its work. Its name and description are in the table that loads it. */
export interface Command {
  declare: (parser: Parser) => Parser;
  /** Names of its options, for "did you mean". */
  options: readonly string[];
  /** The options themselves. */
  flags: Flags;
  /** Its arguments. */
  positionals: Flags;
  /** Flag or argument for each option of lib; see bin/shell/in-flags.ts. */
  names: ReadonlyMap<string, string>;
  needs: Needs;
  replaced: Replaced;
  /** Command line (with $0 for the program's name) and its effect. At least one. */
  examples: readonly (readonly [string, string])[];
  /** Further text below the help. */
  epilogue?: string | undefined;
  /** Does the work and returns the exit status. `path`: the words that led here. */
  handle?: (args: Arguments, path: readonly string[], argv: readonly string[]) => Promise<number>;
  /** Subcommands. */
  commands?: readonly CommandEntry[];
}

/** The facts of a command that are known before its file is loaded. */
export interface CommandEntry {
  /** Name and arguments: `upscale <image>`. */
  usage: string;
  describe: string;
  load: () => Promise<Command>;
}
