/** Finds the command of a command line in the table of commands, before anything else is loaded. */

import type { Command, CommandEntry } from './command-entry.ts';
import { everywhereWithValue } from './everywhere.ts';

/** A parsed command line. */
export interface CommandLine {
  /** The chosen command with the commands above it, outermost first; empty if none is named. */
  path: readonly CommandEntry[];
  /** The file of the last one. */
  command: Command | undefined;
  /** Commands that could come next. */
  next: readonly CommandEntry[];
  /** A word where a command is expected, which is not a command. */
  unknown: string | undefined;
  /** The words of the line without the path. */
  rest: readonly string[];
  /** Help instead of the command. */
  help: boolean;
  version: boolean;
}

export const nameOf = ({ usage }: CommandEntry): string => usage.split(' ')[0] ?? '';

/** Required arguments, in `<>`. */
export const requiredOf = ({ usage }: CommandEntry): string[] =>
  [...usage.matchAll(/<([\w-]+)(?:\.\.)?\.?>/g)].map(([, name]) => name ?? '');

/** `ai-artist train resume <run>` */
export function usageOf(path: readonly CommandEntry[]): string {
  const last = path.at(-1);
  return ['ai-artist', ...path.slice(0, -1).map(nameOf), ...(last ? [last.usage] : [])].join(' ');
}

/** Indexes of the words that may be commands: not options, their values, or words after `--`. */
function* placesOfWords(argv: readonly string[], known: () => readonly CommandEntry[]): Generator<number> {
  for (const [at, word] of argv.entries()) {
    if (word === '--') return;
    if (word.startsWith('-')) continue;
    const before = argv[at - 1] ?? '';
    const option = /^--?([\w-]+)$/.exec(before)?.[1];
    if (option !== undefined && everywhereWithValue.includes(option)) continue;
    // After an option that is not in this table: possibly its value.
    if (option !== undefined && !known().some((entry) => nameOf(entry) === word)) continue;
    yield at;
  }
}

/** Parses `argv`. `help upscale` is `upscale --help`, `version` is `--version`. */
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
