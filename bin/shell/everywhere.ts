/** What every command has. Apart from the parser, because completion and --version are quicker without yargs. */
import type { help } from '../texts/en/shell/help.ts';

/** Wrong usage found by yargs; bin/shell/failure.ts writes the message and looks for the intended words. */
export class UsageFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFailure';
  }
}

interface EverywhereOption {
  /** Takes a value. */
  value?: boolean;
  repeats?: boolean;
}
export type EverywhereName = keyof typeof help.everywhere;

/** Options of every command; what the help says of each is a text. */
export const everywhereOptions: Readonly<Record<EverywhereName, EverywhereOption>> = {
  json: {},
  home: { value: true },
  set: { value: true, repeats: true },
  quiet: {},
  debug: {},
  trace: {},
  'log-format': { value: true },
  help: {},
  version: {},
};

/** Their heading in the help. */
export const everywhereGroup = 'Everywhere';
export const everywhereEntries = Object.entries(everywhereOptions) as [EverywhereName, EverywhereOption][];
export const everywhere: readonly string[] = Object.keys(everywhereOptions);
/** Those that take a value. */
export const everywhereWithValue: readonly string[] = everywhereEntries.flatMap(([name, { value }]) => (value ? [name] : []));

/** Letters of common options; every command that has the option has its letter. */
export const shortOptions: ReadonlyMap<string, string> = new Map([
  ['out', 'o'],
  ['model', 'm'],
  ['seed', 's'],
  ['negative-prompt', 'n'],
  ['batch', 'b'],
  ['batch-count', 'b'],
  ['width', 'W'],
  ['height', 'H'],
  ['init-image', 'i'],
  ['lora', 'l'],
  ['limit', 'L'],
  ['threads', 't'],
  ['force', 'f'],
  ['quiet', 'q'],
  ['help', 'h'],
  ['version', 'V'],
]);
