/** Which command a command line means, found in the table of commands before anything else is read. */

import type { Command, CommandEntry } from './command-entry.ts';
import { everywhereWithValue } from './parser.ts';

/** A command line, taken apart. */
export interface CommandLine {
  /** The commands that lead to the one that is meant, with it; empty: none is named. */
  path: readonly CommandEntry[];
  /** The file of the last of them. */
  command: Command | undefined;
  /** Commands that could come next. */
  next: readonly CommandEntry[];
  /** A word in the place of a command that is none. */
  unknown: string | undefined;
  /** Words of the line without those of the path. */
  rest: readonly string[];
  /** Help instead of the command. */
  help: boolean;
  version: boolean;
}

export const nameOf = ({ usage }: CommandEntry): string => usage.split(' ')[0] ?? '';

/** Arguments in `<>`: those that must be there. */
export const requiredOf = ({ usage }: CommandEntry): string[] =>
  [...usage.matchAll(/<([\w-]+)(?:\.\.)?\.?>/g)].map(([, name]) => name ?? '');

/** `ai-artist train resume <run>` */
export function usageOf(path: readonly CommandEntry[]): string {
  const last = path.at(-1);
  return ['ai-artist', ...path.slice(0, -1).map(nameOf), ...(last ? [last.usage] : [])].join(' ');
}

/** Places of the words that may be commands: no options, nothing behind `--`, no values of options. */
function* placesOfWords(argv: readonly string[], known: () => readonly CommandEntry[]): Generator<number> {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return;
    if (word.startsWith('-')) continue;
    const before = argv[at - 1] ?? '';
    const option = /^--?([\w-]+)$/.exec(before)?.[1];
    if (option !== undefined && everywhereWithValue.includes(option)) continue;
    // Behind an option that is not of this table: perhaps its value.
    if (option !== undefined && !known().some((entry) => nameOf(entry) === word)) continue;
    yield at;
  }
}

/** Takes `argv` apart. `help upscale` is `upscale --help`, `version` is `--version`. */
export async function readCommandLine(argv: readonly string[], commands: readonly CommandEntry[]): Promise<CommandLine> {
  const [first] = argv;
  if (first === 'help') return { ...(await readCommandLine(argv.slice(1), commands)), help: true };
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  const line: { -readonly [K in keyof CommandLine]: CommandLine[K] } = {
    path: [],
    command: undefined,
    next: commands,
    unknown: undefined,
    rest: argv,
    help: own.includes('--help') || own.includes('-h'),
    version: own.includes('--version') || own.includes('-V') || first === '-v' || first === 'version',
  };
  if (line.version) return line;
  const taken = new Set<number>();
  for (const at of placesOfWords(argv, () => line.next)) {
    const word = argv[at] ?? '';
    const entry = line.next.find((known) => nameOf(known) === word);
    if (!entry) {
      if (line.command?.handle === undefined) line.unknown = word;
      break;
    }
    taken.add(at);
    line.path = [...line.path, entry];
    line.command = await entry.load();
    line.next = line.command.commands ?? [];
    if (line.next.length === 0) break;
  }
  line.rest = argv.filter((_, at) => !taken.has(at));
  return line;
}
