/** What a command is: what the table of commands says of it, and what its file holds. */
import type { Flags } from '../flags/flags.ts';
import type { Needs, Replaced } from './conditions.ts';
import type { Arguments, Parser } from './parser.ts';

/** One file of bin/commands: what it takes and what it does. Its name and description stand in the list that leads to it. */
export interface Command {
  declare: (parser: Parser) => Parser;
  /** Names of its options, for "did you mean". */
  options: readonly string[];
  /** The options themselves. */
  flags: Flags;
  /** Flag or argument of each option of lib: bin/shell/in-flags.ts. */
  names: ReadonlyMap<string, string>;
  needs: Needs;
  replaced: Replaced;
  /** Command line (with $0 for our name) and what it does. At least one. */
  examples: readonly (readonly [string, string])[];
  /** Further text below the help. */
  epilogue?: string | undefined;
  /** Does the work and returns the exit status. `path`: the words that led here. */
  handle?: (args: Arguments, path: readonly string[], argv: readonly string[]) => Promise<number>;
  /** Commands below this one. */
  commands?: readonly CommandEntry[];
}

/** What a command is known by before its file is read. */
export interface CommandEntry {
  /** Name and arguments: `upscale <image>`. */
  usage: string;
  describe: string;
  load: () => Promise<Command>;
}
